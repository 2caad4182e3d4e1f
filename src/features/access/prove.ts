/** Whether somebody knows a password: counted first, looked at in turn, and told in one answer whatever was wrong. */
import type { Account } from "#kernel/access.ts";
import type { Outside } from "#kernel/action.ts";
import { Problem } from "#kernel/problem.ts";
import { findWithPassword } from "./access.model.ts";
import { checkPassword } from "./password-rules.types.ts";
import { hashed, isPassword } from "./passwords.ts";
import { findSession } from "./sessions.model.ts";
import { readRules } from "./sign-in-rules.model.ts";
import type { SignInRules } from "./sign-in-rules.types.ts";
import { countTry, forgetTries, takeBackTry, tooMany } from "./tries.model.ts";

interface Looked {
  found: { account: Account; kept: string | null } | undefined;
  rules: SignInRules;
}

/** Counts a try at a login and finds its account, if anyone has it. Throws when it is one too many. */
async function look({ now, from, knownAs, apart }: Outside, login: string): Promise<Looked> {
  const { until, ...looked } = await apart("count a try", async (tx) => {
    const rules = await readRules(tx);
    const wait = await countTry(tx, login, from.address, rules, now);
    return { rules, until: wait, found: await findWithPassword(tx, login) };
  });
  if (looked.found) knownAs(looked.found.account);
  if (until !== undefined) throw tooMany(until, now);
  return looked;
}

/**
 * Whether somebody knows a password. An account without one here is known to the directory, if there is one; of the others
 * that is asked too, without the password, so that all take as long.
 */
async function knows(
  { directory, apart }: Outside,
  login: string,
  kept: string | null | undefined,
  password: string,
): Promise<boolean> {
  if (!directory) return isPassword(kept, password);
  const here = typeof kept === "string";
  const [own, there] = await Promise.all([
    isPassword(kept, password),
    directory(login, here ? undefined : password).catch(() => undefined),
  ]);
  if (here) return own;
  if (there === undefined) {
    // Nothing was looked at, so that nothing was wrong.
    await apart("take a try back", async (tx) => takeBackTry(tx, login));
    throw new Problem("directory_unavailable", 503, "单位的统一目录暂时连接不上，不能核对口令。请稍后再试，或联系系统管理员。");
  }
  return there;
}

/** The account of a login and password. An unknown login and a wrong password give one answer, after the same time. */
export async function provePassword(outside: Outside, login: string, password: string): Promise<Account> {
  const { found } = await look(outside, login);
  const right = await knows(outside, login, found?.kept, password);
  if (!found || !right)
    throw new Problem("wrong_credentials", 401, "账号或口令不正确。请核对后重试；忘记口令请联系本单位管理员。");
  return found.account;
}

interface Proved {
  account: Account;
  /** The password as it is kept; null where the directory keeps it. */
  kept: string | null;
  rules: SignInRules;
}

/** The same of whoever is signed in; undefined when nobody is, which is told later. */
export async function proveOwnPassword(outside: Outside, password: string): Promise<Proved | undefined> {
  const { token, now, apart } = outside;
  const session = token === undefined ? undefined : await apart("find session", (tx) => findSession(tx, token, now));
  // A program's token is refused later; it is not to be a way to guess passwords.
  if (!session || session.token) return undefined;
  const { login } = session.account;
  const { found, rules } = await look(outside, login);
  if (!found || !(await knows(outside, login, found.kept, password)))
    throw new Problem("wrong_password", 422, "现在的口令不正确，没有修改。请核对大小写和输入法后重试。");
  // Whatever else the request is refused for: this was right.
  await apart("forget tries", async (tx) => forgetTries(tx, session.account.login));
  return { account: found.account, kept: found.kept, rules };
}

/** A new password as it is kept, if it will do. */
export function freshPassword(
  { account, rules }: Pick<Proved, "account" | "rules">,
  password: string,
  old?: string,
): Promise<string> {
  if (password === old) throw new Problem("same_password", 422, "新口令与现在的相同，请另设一个。");
  checkPassword(password, account, rules);
  return hashed(password);
}
