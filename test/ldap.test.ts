/** Coming in with a password that a directory knows, against a real OpenLDAP. */
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asOwner, sql } from "#platform/db.ts";
import { directorySchema, openDirectory, type DirectorySettings } from "#platform/ldap.ts";
import { createServer } from "../src/main.ts";
import { hasDirectory, openTestDirectory, type TestDirectory } from "./directory.ts";
import { clientOf, createWorld, password, type Client, type World } from "./world.ts";

const person = (dn: string, uid: string, word: string): string =>
  `dn:: ${Buffer.from(dn).toString("base64")}\nobjectClass: inetOrgPerson\ncn: ${uid}\nsn: ${uid}\nuid: ${uid}\nuserPassword:: ${Buffer.from(word).toString("base64")}\n\n`;
const top = "dc=qingfeng,dc=cn";
const ldif = `dn: ${top}\nobjectClass: dcObject\nobjectClass: organization\no: qingfeng\ndc: qingfeng\n
dn: cn=reader,${top}\nobjectClass: person\ncn: reader\nsn: reader\nuserPassword: reader-of-directory\n
dn:: ${Buffer.from(`ou=东区纪委,${top}`).toString("base64")}\nobjectClass: organizationalUnit\nou:: ${Buffer.from("东区纪委").toString("base64")}\n
${person(`cn=王小明\\, 主任,ou=东区纪委,${top}`, "wangxiaoming", "目录里的口令-1")}${person(`cn=one,${top}`, "twice", "目录里的口令-2")}${person(`cn=two,${top}`, "twice", "目录里的口令-2")}${person(`cn=east,${top}`, "east", "目录里的另一个口令")}`;

// Said by name in the list of tests where there is no directory to be had.
describe.skipIf(!hasDirectory())("a directory (needs Debian's slapd)", () => {
  let world: World;
  let directory: TestDirectory;
  let app: FastifyInstance;
  let anyone: Client;
  const settings = (more: Partial<DirectorySettings> = {}): DirectorySettings =>
    directorySchema.parse({
      url: directory.ldaps,
      ca: directory.authority,
      bind: { dn: `cn=reader,${top}`, password: "reader-of-directory" },
      base: top,
      where: { objectClass: "inetOrgPerson" },
      ...more,
    });
  const signIn = (login: string, word: string, by = anyone) => by.send("POST", "/api/session", { login, password: word });
  const serve = (more: Partial<DirectorySettings> = {}): Promise<FastifyInstance> =>
    createServer(world.database, { clock: () => world.time.now, logLevel: "silent", directory: openDirectory(settings(more)) });
  beforeAll(async () => {
    [world, directory] = await Promise.all([createWorld(), openTestDirectory(ldif)]);
    app = await serve();
    anyone = clientOf(app);
    const office = await world.as("office");
    for (const login of ["wangxiaoming", "twice", "nobody"])
      await office.send("POST", `/api/campaigns/trial/accounts`, {
        accounts: [{ login, name: login, unit: world.units.east, role: "liaison" }],
      });
  });
  afterAll(async () => {
    await app?.close();
    await world?.close();
    await directory?.stop();
  });

  test("an account without a password here comes in with that of the directory, by ldaps and by StartTLS", async () => {
    expect((await signIn("wangxiaoming", "目录里的口令-1")).body).toMatchObject({
      first: null,
      account: { login: "wangxiaoming" },
    });
    expect((await signIn("wangxiaoming", "不是这个口令")).body.code).toBe("wrong_credentials");
    const starting = await serve({ url: directory.ldap, startTls: true });
    expect((await signIn("wangxiaoming", "目录里的口令-1", clientOf(starting))).status).toBe(200);
    await starting.close();
  });

  test("a password of one's own is asked here alone; who stands there twice, or only there, does not come in", async () => {
    expect((await signIn("east", password)).status).toBe(200);
    for (const [login, word] of [
      ["east", "目录里的另一个口令"],
      ["twice", "目录里的口令-2"],
      ["nobody", "目录里的口令-1"],
      ["reader", "reader-of-directory"],
    ] as const)
      expect((await signIn(login, word)).body, login).toMatchObject({ status: 401, code: "wrong_credentials" });
  });

  test("nothing in a login or password is taken for a filter, and no password is no password", async () => {
    const ask = openDirectory(settings());
    expect(await ask("wangxiaoming", "目录里的口令-1")).toBe(true);
    for (const login of ["*", "wang*", "wangxiaoming)(uid=*", "*)(objectClass=*", "\0", "wangxiaoming\\2a", "王小明, 主任"])
      expect(await ask(login, "目录里的口令-1"), login).toBe(false);
    for (const word of ["", "\0", "*"]) expect(await ask("wangxiaoming", word)).toBe(false);
    const api = await signIn("wangxiaoming", " ");
    expect(api.status).toBe(401);
  });

  test("a certificate of another authority, a wrong reader or no directory: told as unavailable, others come in", async () => {
    for (const more of [
      { ca: undefined },
      { bind: { dn: `cn=reader,${top}`, password: "wrong" } },
      { url: "ldaps://127.0.0.1:1" },
      { url: directory.ldap, startTls: false, bind: undefined, base: "dc=elsewhere" },
    ] as Partial<DirectorySettings>[]) {
      const broken = await serve(more);
      const asked = await signIn("wangxiaoming", "目录里的口令-1", clientOf(broken));
      expect([401, 503]).toContain(asked.status);
      expect((await signIn("east", password, clientOf(broken))).status).toBe(200);
      await broken.close();
    }
  });

  test("a second factor is asked as of anybody, and the directory's password is changed there", async () => {
    const client = clientOf(app, (await signIn("wangxiaoming", "目录里的口令-1")).body.token);
    const changed = await client.send("POST", "/api/me/password", { old: "目录里的口令-1", password: "另一个口令-22" });
    expect(changed.body).toMatchObject({ status: 409, code: "directory_password" });
    const begun = await client.send("POST", "/api/me/second-factor", { password: "目录里的口令-1" });
    expect(begun.status).toBe(200);
    const rows = await asOwner(world.database, "read", (tx) => tx.query(sql`select * from audit`));
    for (const secret of ["目录里的口令-1", "reader-of-directory"]) expect(JSON.stringify(rows)).not.toContain(secret);
  });
});
