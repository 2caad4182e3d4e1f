/** A real OpenLDAP of a test's own: on free ports of loopback, in a temporary folder, gone with it. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCertificates } from "#platform/certificates.ts";

const program = "/usr/sbin/slapd";

/** Whether there is one to be tried; in CI there has to be. */
export const hasDirectory = (): boolean => existsSync(program) || process.env["CI"] !== undefined;

export interface TestDirectory {
  ldap: string;
  ldaps: string;
  /** PEM of the authority of its certificate. */
  authority: string;
  stop(): Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((done, failed) => {
    const server = createServer().on("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => done(typeof address === "object" && address ? address.port : 0));
    });
  });

const answers = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      done(true);
    }).on("error", () => done(false));
  });

/** With these entries (LDIF) below `dc=qingfeng,dc=cn`; cn=admin has the password `admin-of-directory`. */
export async function openTestDirectory(ldif: string): Promise<TestDirectory> {
  const folder = await mkdtemp(join(tmpdir(), "slapd-"));
  await mkdir(join(folder, "data"));
  const { key, cert, authority } = await makeCertificates(folder, ["127.0.0.1", "localhost"], new Date());
  for (const [name, text] of Object.entries({ "key.pem": key, "cert.pem": cert, "ca.pem": authority, "entries.ldif": ldif }))
    await writeFile(join(folder, name), text, { mode: 0o600 });
  const config = join(folder, "slapd.conf");
  await writeFile(
    config,
    ["core", "cosine", "inetorgperson"].map((name) => `include /etc/ldap/schema/${name}.schema\n`).join("") +
      `pidfile ${folder}/pid
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCACertificateFile ${folder}/ca.pem
TLSCertificateFile ${folder}/cert.pem
TLSCertificateKeyFile ${folder}/key.pem
database mdb
suffix "dc=qingfeng,dc=cn"
rootdn "cn=admin,dc=qingfeng,dc=cn"
rootpw admin-of-directory
directory ${folder}/data
maxsize 10485760
access to attrs=userPassword by anonymous auth by * none
access to * by dn.base="cn=reader,dc=qingfeng,dc=cn" read by * none
`,
  );
  const loaded = spawnSync("/usr/sbin/slapadd", ["-f", config, "-l", join(folder, "entries.ldif")], { encoding: "utf8" });
  if (loaded.status !== 0) throw new Error(`slapadd: ${loaded.stderr}${loaded.error?.message ?? ""}`);
  const [plain, secure] = [await freePort(), await freePort()];
  const [ldap, ldaps] = [`ldap://127.0.0.1:${plain}`, `ldaps://127.0.0.1:${secure}`];
  const server = spawn(program, ["-f", config, "-h", `${ldap}/ ${ldaps}/`, "-d", "0"], { stdio: "ignore" });
  const ended = new Promise<void>((done) => void server.once("exit", () => done()));
  for (let tries = 0; !((await answers(plain)) && (await answers(secure))); tries++) {
    if (tries > 200 || server.exitCode !== null) throw new Error("slapd does not answer");
    await new Promise((done) => void setTimeout(done, 50));
  }
  return {
    ldap,
    ldaps,
    authority,
    async stop() {
      server.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
