/** What is configured of other houses that vouch for people: a YAML file that holds secrets, for its owner only. */
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";
import { directorySchema } from "./ldap.ts";
import { oidcSchema } from "./oidc.ts";
import { StartError } from "./start-error.ts";

const schema = z
  .strictObject({
    /** Of this house, as browsers know it: where others send them back to. */
    address: z.url().optional(),
    ldap: directorySchema.optional(),
    oidc: z.array(oidcSchema).max(10).default([]),
  })
  .refine(({ address, oidc }) => oidc.length === 0 || address !== undefined, {
    path: ["address"],
    message: "用统一登录须写本系统的网址，如 https://yzb.example.cn",
  });
export type SignInFile = z.output<typeof schema>;

/** Reads the file; one that is not there says nothing. Throws a `StartError` that names what is wrong and no secret. */
export async function readSignInFile(file: string): Promise<SignInFile> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return { oidc: [] };
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    throw new StartError(`登录配置 ${file} 不是合格的 YAML，请核对缩进和冒号。`);
  }
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map(({ path, message }) => `  ${path.join(".")}：${message}`);
  throw new StartError(`登录配置 ${file} 有误，请改正后重新启动：\n${places.join("\n")}`);
}
