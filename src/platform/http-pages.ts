/** The browser's part as it was built: files that are kept as long as their name, and the one page, made anew for everyone. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import staticFiles from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { pagePolicy } from "./http-headers.ts";

const place = 'content="nonce"';

/** Serves the folder; gives what answers with the page, which shows what the address says. */
export async function servePages(app: FastifyInstance, folder: string): Promise<(reply: FastifyReply) => FastifyReply> {
  const parts = readFileSync(join(folder, "index.html"), "utf8").split(place);
  const page = (reply: FastifyReply): FastifyReply => {
    const nonce = randomBytes(16).toString("base64");
    return reply
      .type("text/html; charset=utf-8")
      .header("content-security-policy", pagePolicy(`'nonce-${nonce}'`))
      .header("cache-control", "no-cache")
      .send(parts.join(`content="${nonce}"`));
  };
  for (const url of ["/", "/index.html"]) app.get(url, { schema: { hide: true } as never }, (_request, reply) => page(reply));
  await app.register(staticFiles, {
    root: folder,
    index: false,
    // The build has packed them already.
    preCompressed: true,
    setHeaders(reply, path) {
      // A file's name changes with what is in it.
      void reply.header("cache-control", path.includes("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
      // A worker may do what the file that it runs says, not what the page may.
      void reply.header("content-security-policy", pagePolicy(""));
    },
  });
  return page;
}

/** An address of the browser's part, which a browser asks for as a page. */
export const isPage = ({ method, url, headers }: FastifyRequest): boolean =>
  method === "GET" && !url.startsWith("/api/") && headers.accept?.includes("text/html") === true;
