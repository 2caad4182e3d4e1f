import { isIP } from "node:net";
import { join, resolve } from "node:path";
import { z } from "zod";
import { ciphers, type Cipher } from "./key-ring.ts";
import { placeOf } from "./outgoing.ts";
import { StartError } from "./start-error.ts";

const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

const schema = z.object({
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "应以 postgresql:// 开头，例如 postgresql://用户名:密码@主机:5432/库名")
    .optional(),
  YIBENZHANG_DATA: z.string().default("data"),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, "应是 1 到 65535 之间的整数，例如 8080")
    .default("8080")
    .transform(Number)
    .refine((port) => port >= 1 && port <= 65535, "应是 1 到 65535 之间的整数，例如 8080"),
  HTTP_PORT: z
    .string()
    .regex(/^\d{1,5}$/, "应是 1 到 65535 之间的整数，例如 80")
    .transform(Number)
    .refine((port) => port >= 1 && port <= 65535, "应是 1 到 65535 之间的整数，例如 80")
    .optional(),
  YIBENZHANG_LOG_DIR: z.string().optional(),
  YIBENZHANG_LOG_POST: z.url({ protocol: /^https?$/, error: "应是一个地址，例如 https://10.0.0.9/heads" }).optional(),
  YIBENZHANG_LOG_POST_HTTP: z.literal("yes", "只能写 yes：允许不加密地发送").optional(),
  YIBENZHANG_AUDIT_KEEP_DAYS: z
    .string()
    .regex(/^\d{1,5}$/, "应是天数，不少于183（法定六个月），例如 1096")
    .default("1096")
    .transform(Number)
    .refine((days) => days >= 183, "应是天数，不少于183（法定六个月），例如 1096"),
  HOST: z.string().regex(/^\S+$/, "应是监听的地址，不含空格，例如 127.0.0.1 或 0.0.0.0").default("127.0.0.1"),
  YIBENZHANG_KEYS: z
    .string()
    .regex(/^\s*\{|^\//, "应是密钥环文件的绝对路径，或密钥环的内容（以 { 开头）")
    .optional(),
  YIBENZHANG_CIPHER: z.enum(ciphers, `应是以下之一：${ciphers.join("、")}`).default("aes"),
  YIBENZHANG_OUTGOING: z
    .string()
    .default("")
    .transform((text) => text.split(/[\s,，]+/).filter((place) => place !== ""))
    .refine((places) => places.every(placeOf), "应是“主机:端口”，用逗号隔开，例如 ldap.example.cn:636,10.0.0.5:8443"),
  TRUSTED_PROXIES: z
    .string()
    .transform((text) => text.split(",").map((one) => one.trim()))
    .refine((all) => all.every(isAddress), "应是反向代理的 IP 地址或网段，多个用逗号分开，例如 10.0.0.2,10.1.0.0/16")
    .optional(),
  SIGN_IN_FILE: z.string().optional(),
  LOG_LEVEL: z.enum(logLevels, `应是以下之一：${logLevels.join("、")}`).default("info"),
});

function isAddress(text: string): boolean {
  const [address = "", bits, more] = text.split("/");
  const most = isIP(address) === 6 ? 128 : 32;
  return isIP(address) !== 0 && more === undefined && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
}

export interface Config {
  /** An external PostgreSQL; undefined means the embedded one. */
  databaseUrl: string | undefined;
  /** Absolute path of the data folder. */
  dataDir: string;
  /** Absolute path of the folder of the log's witness and key. */
  logDir: string;
  /** Where heads of the log are sent, if anywhere. */
  logPost: string | undefined;
  /** Days that audit rows stay in the database, at least 183. */
  auditKeepDays: number;
  port: number;
  /** Where plain http leads to https; undefined means the port after that of https. */
  httpPort: number | undefined;
  host: string;
  /** Where the server itself may connect to, as `host:port`; see `outgoing.ts`. */
  outgoing: string[];
  /** Addresses or networks of proxies whose word on where a request comes from is taken. */
  proxies: string[];
  /** What is configured of other houses that vouch for people. */
  signInFile: string;
  logLevel: (typeof logLevels)[number];
  /** The key ring: its file or its text; undefined means keys.json in the data folder. */
  keys: string | undefined;
  /** What new versions of the key encrypt with. */
  cipher: Cipher;
}

/** What the schema cannot say of one setting alone. */
const consistent = schema.refine(
  (given) => given.YIBENZHANG_LOG_POST?.startsWith("http:") !== true || given.YIBENZHANG_LOG_POST_HTTP === "yes",
  { path: ["YIBENZHANG_LOG_POST"], message: "应以 https:// 开头；内网里确要用 http 的，另设 YIBENZHANG_LOG_POST_HTTP=yes" },
);

/** Reads every setting the program takes from the environment; an empty value counts as not set. Throws a StartError naming each wrong one. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const parsed = consistent.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => {
      const name = String(path[0]);
      // The address of a database holds its password, and a key ring its keys.
      const value = name === "DATABASE_URL" || name === "YIBENZHANG_KEYS" ? "（略）" : `“${given[name]}”`;
      return `  ${name} 的值${value}不对：${message}`;
    });
    throw new StartError(`环境变量有误，请改正后重新启动：\n${lines.join("\n")}`);
  }
  const {
    DATABASE_URL,
    YIBENZHANG_DATA,
    YIBENZHANG_LOG_DIR,
    YIBENZHANG_LOG_POST,
    YIBENZHANG_AUDIT_KEEP_DAYS,
    PORT,
    HTTP_PORT,
    HOST,
    LOG_LEVEL,
    TRUSTED_PROXIES,
    SIGN_IN_FILE,
    YIBENZHANG_KEYS,
    YIBENZHANG_CIPHER,
    YIBENZHANG_OUTGOING,
  } = parsed.data;
  return {
    databaseUrl: DATABASE_URL,
    dataDir: resolve(YIBENZHANG_DATA),
    logDir: resolve(YIBENZHANG_LOG_DIR ?? join(YIBENZHANG_DATA, "log")),
    logPost: YIBENZHANG_LOG_POST,
    auditKeepDays: YIBENZHANG_AUDIT_KEEP_DAYS,
    port: PORT,
    httpPort: HTTP_PORT,
    host: HOST,
    outgoing: YIBENZHANG_OUTGOING,
    proxies: TRUSTED_PROXIES ?? [],
    signInFile: resolve(SIGN_IN_FILE ?? join(YIBENZHANG_DATA, "sign-in.yaml")),
    logLevel: LOG_LEVEL,
    keys: YIBENZHANG_KEYS?.trim(),
    cipher: YIBENZHANG_CIPHER,
  };
}
