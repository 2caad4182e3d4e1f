/** Files of one request: kept on disk in a folder of its own, readable by this process only, gone after the answer. */
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Multipart } from "@fastify/multipart";
import type { FastifyReply, FastifyRequest } from "fastify";
import { plainFileName } from "./file-name.ts";
import type { HttpFile } from "./http.ts";
import { HttpRefused } from "./http-refused.ts";

export interface RequestFiles {
  folder: () => Promise<string>;
  remove: () => Promise<void>;
}

export function requestFiles(): RequestFiles {
  let made: Promise<string> | undefined;
  return {
    folder: () => (made ??= mkdtemp(join(tmpdir(), "yibenzhang-"))),
    remove: async () => {
      if (made) await rm(await made, { recursive: true, force: true });
    },
  };
}

/** What the parser says of a body that is no multipart has neither a class nor a code of its own. */
async function* partsOf(request: FastifyRequest): AsyncGenerator<Multipart> {
  try {
    yield* request.parts();
  } catch (error) {
    throw error instanceof Error && !("code" in error) && !(error instanceof HttpRefused)
      ? new HttpRefused("bad_body", 400)
      : error;
  } finally {
    // What is left unread would stand before the next request on this connection, which a proxy may share among many.
    request.raw.unpipe().resume();
  }
}

/** The one file of a multipart request, and its other parts as text. */
export async function receive(
  request: FastifyRequest,
  files: RequestFiles,
): Promise<{ upload: { path: string; name: string }; fields: Record<string, string> }> {
  let upload: { path: string; name: string } | undefined;
  const fields: Record<string, string> = {};
  if (!request.isMultipart()) throw new HttpRefused("no_file", 400);
  for await (const part of partsOf(request)) {
    if (part.type === "field") fields[part.fieldname] = String(part.value);
    else {
      const path = join(await files.folder(), "upload");
      await pipeline(part.file, createWriteStream(path));
      if (part.file.truncated) throw new HttpRefused("too_large", 413);
      upload = { path, name: plainFileName(part.filename) || "文件" };
    }
  }
  if (!upload) throw new HttpRefused("no_file", 400);
  return { upload, fields };
}

/** Nothing in a file that is shown may run or load; browsers show no PDF in a sandbox, and keep it apart themselves. */
const inlinePolicy = (type: string): string =>
  `default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'${type === "application/pdf" ? "" : "; sandbox"}`;

/** Sends a file under a name that may be Chinese (RFC 6266, RFC 8187), and removes the request's files when it has left. */
export function sendFile(reply: FastifyReply, file: HttpFile, files: RequestFiles): FastifyReply {
  const stream = createReadStream(file.path);
  stream.once("close", () => void files.remove());
  const encoded = encodeURIComponent(plainFileName(file.name) || "文件").replaceAll(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  if (file.inline) reply.header("content-security-policy", inlinePolicy(file.type)).header("x-frame-options", "SAMEORIGIN");
  const how = file.inline ? "inline" : "attachment";
  return reply.header("content-disposition", `${how}; filename*=UTF-8''${encoded}`).type(file.type).send(stream);
}
