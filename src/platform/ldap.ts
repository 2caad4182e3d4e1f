/**
 * A directory (LDAP version 3, RFC 4511) that knows people's passwords: whoever a login is, is searched for, and then
 * comes in as themselves with the password given. Filters are built of parts, never of text; referrals are not followed;
 * a connection lasts for one question.
 */
import { AndFilter, Client, EqualityFilter, InvalidCredentialsError } from "ldapts";
import { z } from "zod";

export const directorySchema = z.strictObject({
  url: z.string().regex(/^ldaps?:\/\/[^\s/?#]+$/, "应是 ldaps://主机[:端口] 或 ldap://主机[:端口]"),
  /** Encrypts an ldap:// connection before anything is said on it. */
  startTls: z.boolean().default(true),
  /** PEM of the authority that the directory's certificate is of; default those that the system trusts. */
  ca: z.string().optional(),
  /** Who searches; without it anybody may. */
  bind: z.strictObject({ dn: z.string().min(1), password: z.string().min(1) }).optional(),
  base: z.string().min(1),
  loginAttribute: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]*$/)
    .default("uid"),
  /** What else has to hold, attribute by attribute, such as `objectClass: person`. */
  where: z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9-]*$/), z.string().min(1)).default({}),
  seconds: z.int().min(1).max(60).default(5),
});
export type DirectorySettings = z.output<typeof directorySchema>;

/**
 * Whether a directory takes a login and password; without a password it is only searched for, which takes as long.
 * Throws when the directory cannot be asked.
 */
export type Directory = (login: string, password: string | undefined) => Promise<boolean>;

export const openDirectory =
  (settings: DirectorySettings): Directory =>
  async (login, password) => {
    const dn = await withClient(settings, (client) => findEntry(client, settings, login));
    // RFC 4513, 5.1.2: a bind without a password succeeds as nobody.
    if (dn === undefined || password === undefined || password === "") return false;
    return withClient(settings, async (client) => {
      try {
        await client.bind(dn, password);
        return true;
      } catch (error) {
        if (error instanceof InvalidCredentialsError) return false;
        throw error;
      }
    });
  };

async function withClient<T>({ url, startTls, ca, seconds }: DirectorySettings, run: (client: Client) => Promise<T>): Promise<T> {
  const timeout = seconds * 1000;
  const tls = { minVersion: "TLSv1.2" as const, ...(ca === undefined ? {} : { ca }) };
  const secure = url.startsWith("ldaps:");
  const client = new Client({ url, timeout, connectTimeout: timeout, ...(secure ? { tlsOptions: tls } : {}) });
  try {
    if (!secure && startTls) await client.startTLS({ ...tls, host: new URL(url).hostname });
    return await run(client);
  } finally {
    await client.unbind().catch(() => undefined);
  }
}

/** The one entry with this login; undefined for none, and for two, of which nobody knows who is meant. */
async function findEntry(
  client: Client,
  { bind, base, loginAttribute, where, seconds }: DirectorySettings,
  login: string,
): Promise<string | undefined> {
  if (bind) await client.bind(bind.dn, bind.password);
  const filters = [[loginAttribute, login] as const, ...Object.entries(where)].map(
    ([attribute, value]) => new EqualityFilter({ attribute, value }),
  );
  const { searchEntries } = await client.search(base, {
    scope: "sub",
    filter: new AndFilter({ filters }),
    // No attributes: that it is there is all that is asked.
    attributes: ["1.1"],
    timeLimit: seconds,
  });
  return searchEntries.length === 1 ? searchEntries[0]?.dn : undefined;
}
