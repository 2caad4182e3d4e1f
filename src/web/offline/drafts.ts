/** Records that are being filled in, one for each ledger: the latest stroke wins. */
import { deviceStore, type Draft } from "./device-store.ts";

type Place = Pick<Draft, "campaign" | "ledger">;

export const draftKey = ({ campaign, ledger }: Place): string => `${campaign}/${ledger}`;

export const keepDraft = async (account: number, draft: Draft): Promise<void> =>
  void (await (await deviceStore(account)).put("drafts", draft, draftKey(draft)));

export const findDraft = async (account: number, of: Place): Promise<Draft | undefined> =>
  (await deviceStore(account)).get("drafts", draftKey(of));

export const dropDraft = async (account: number, of: Place): Promise<void> =>
  (await deviceStore(account)).delete("drafts", draftKey(of));

export const listDrafts = async (account: number): Promise<Draft[]> =>
  (await (await deviceStore(account)).getAll("drafts")).toSorted((left, right) => right.at.localeCompare(left.at));
