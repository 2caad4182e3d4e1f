/** What a person writes about a record that names them: a response, or what is to be corrected. */
import { useMutation } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import { newId } from "#web/api/new-id.ts";
import { queries } from "#web/api/queries.ts";
import { PlainButton } from "#web/ui/PlainButton.tsx";
import { useSayings } from "#web/ui/use-sayings.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import { answerDays } from "./corrections.types.ts";
import type { OwnEntryOut } from "./OwnEntry.tsx";

interface Given {
  campaign: string;
  entry: OwnEntryOut;
  close: () => void;
}

export function RespondForm({ campaign, entry, close }: Given) {
  const { t } = useTranslation();
  const { message } = useSayings();
  const [words, setWords] = useState(entry.response?.words ?? "");
  const save = useMutation({
    mutationFn: () => ask("own.respond", { campaign, entry: entry.id, base: entry.response?.version ?? 0, words }),
    onSuccess: async () => {
      await queries.invalidateQueries();
      message.success(t("answers.mine.saved"));
      close();
    },
  });
  return (
    <Form hint={t("answers.mine.respondHint")} go={t("answers.mine.save")} send={() => save.mutate()} close={close} {...save}>
      <label>
        {t("answers.mine.words")}
        <textarea rows={5} required maxLength={2000} value={words} onChange={({ target }) => setWords(target.value)} />
      </label>
    </Form>
  );
}

export function AskForm({ campaign, entry, close }: Given) {
  const { t } = useTranslation();
  const { message } = useSayings();
  // Sent again after a lost answer it is still one request.
  const [id] = useState(newId);
  const [asked, setAsked] = useState({ field: entry.fields[0] ?? "", wanted: "", why: "", evidence: "" });
  const set = (next: Partial<typeof asked>): void => setAsked({ ...asked, ...next });
  const save = useMutation({
    mutationFn: () => ask("own.ask", { campaign, entry: entry.id, correction: id, ...asked }),
    onSuccess: async () => {
      await queries.invalidateQueries();
      message.success(t("answers.mine.sent"));
      close();
    },
  });
  const now = entry.lines.find(({ name }) => name === asked.field)?.text;
  return (
    <Form
      hint={t("answers.mine.askHint", { unit: entry.unit, days: answerDays })}
      go={t("answers.mine.send")}
      send={() => save.mutate()}
      close={close}
      {...save}
    >
      <label>
        {t("answers.mine.field")}
        <select value={asked.field} onChange={({ target }) => set({ field: target.value })}>
          {entry.fields.map((field) => (
            <option key={field}>{field}</option>
          ))}
        </select>
        {now !== undefined && (
          <span className="quiet">
            {t("now")}：{now}
          </span>
        )}
      </label>
      {(["wanted", "why", "evidence"] as const).map((name) => (
        <label key={name}>
          {t(`answers.mine.${name}`)}
          <textarea
            rows={2}
            required={name !== "evidence"}
            maxLength={2000}
            value={asked[name]}
            onChange={({ target }) => set({ [name]: target.value })}
          />
        </label>
      ))}
    </Form>
  );
}

interface Asking {
  hint: string;
  go: string;
  isPending: boolean;
  error: Error | null;
  children: ReactNode;
  send: () => void;
  close: () => void;
}

function Form({ hint, go, isPending, error, children, send, close }: Asking) {
  const { t } = useTranslation();
  return (
    <form
      className="own-form"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <p className="quiet">{hint}</p>
      {children}
      {error && <Wrong error={error} />}
      <div className="own-acts">
        <PlainButton type="submit" kind="primary" busy={isPending}>
          {go}
        </PlainButton>
        <PlainButton onClick={close}>{t("cancel")}</PlainButton>
      </div>
    </form>
  );
}
