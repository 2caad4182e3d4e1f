/**
 * Which session a request comes with. Programs send `Authorization: Bearer`; browsers a cookie, which they also send
 * when another site makes them ask. So a request that changes something must come from our own pages.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { HttpRefused } from "./http-refused.ts";

// A `__Host-` cookie belongs to this host and path / alone (RFC 6265bis, 4.1.3.2); browsers take one over https only.
const cookieName = (request: FastifyRequest): string => (request.protocol === "https" ? "__Host-session" : "session");
const attributes = (request: FastifyRequest) =>
  ({ path: "/", httpOnly: true, sameSite: "lax", secure: request.protocol === "https" }) as const;

const bearer = (request: FastifyRequest): string | undefined =>
  /^Bearer ([\w-]{20,200})$/i.exec(request.headers.authorization ?? "")?.[1];

export const sessionToken = (request: FastifyRequest): string | undefined =>
  bearer(request) ?? request.cookies[cookieName(request)];

/** For so many seconds: the browser's clock may be far from ours. */
export const keepSession = (request: FastifyRequest, reply: FastifyReply, token: string, seconds: number): void =>
  void reply.setCookie(cookieName(request), token, { ...attributes(request), maxAge: seconds });

export const dropSession = (request: FastifyRequest, reply: FastifyReply): void =>
  void reply.clearCookie(cookieName(request), attributes(request));

/** Browsers say from where they ask, and no script of theirs can make them say otherwise (W3C Fetch Metadata). */
export const isBrowser = (request: FastifyRequest): boolean => request.headers["sec-fetch-site"] !== undefined;

/** Refuses a change that a browser makes for another site, by Fetch Metadata or else by Origin. */
export function checkSameSite(request: FastifyRequest): void {
  if (request.method === "GET" || request.method === "HEAD" || bearer(request)) return;
  const site = request.headers["sec-fetch-site"];
  const { origin } = request.headers;
  const own =
    typeof site === "string"
      ? site === "same-origin" || site === "none"
      : origin === undefined
        ? // No browser: harmless without a cookie, and not to be trusted with one.
          request.cookies[cookieName(request)] === undefined
        : origin === `${request.protocol}://${request.host}`;
  if (!own) throw new HttpRefused("cross_site", 403);
}
