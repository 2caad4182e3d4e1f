/**
 * What every answer says to the browser that gets it. Whatever is not said more exactly, the strictest holds: an answer
 * that is no page of ours may load and run nothing. Scripts come from files of ours alone; so do styles, but for those
 * that our scripts make, which carry a number that is new with every page (Content Security Policy 3; OWASP ASVS 5.0, V3.4).
 */
import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";

const closed = "base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

/** For answers that are no pages: data, files to keep. */
const dataPolicy = `default-src 'none'; form-action 'none'; ${closed}`;

/** For a page of ours: `style` says which styles it takes that stand in it. */
export const pagePolicy = (style: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' ${style}`.trimEnd(),
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "frame-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    closed,
  ].join("; ");

/** The description of the interface is shown by a program of others, which styles its elements itself. */
const documentPolicy = pagePolicy("'unsafe-inline'");

/** For a page without scripts whose one style stands in it. */
export const plainPagePolicy = (html: string): string => {
  const style = /<style>([^]*?)<\/style>/.exec(html)?.[1] ?? "";
  return `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; form-action 'none'; ${closed}`;
};

const always = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "origin-agent-cluster": "?1",
  "x-permitted-cross-domain-policies": "none",
  "x-dns-prefetch-control": "off",
  // Photos come from the system's own chooser, which needs no leave.
  "permissions-policy":
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(self), screen-wake-lock=(self), serial=(), usb=(), xr-spatial-tracking=()",
} as const;

/** Sets them, but for what the answer itself says more exactly. */
export function setHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(always);
  if (!reply.hasHeader("x-frame-options")) reply.header("x-frame-options", "DENY");
  if (!reply.hasHeader("content-security-policy"))
    reply.header("content-security-policy", /^\/docs\b/.test(request.url) ? documentPolicy : dataPolicy);
  // A year, as browsers that keep a list of such hosts ask for (RFC 6797); they take it over https only.
  if (request.protocol === "https") reply.header("strict-transport-security", "max-age=31536000; includeSubDomains");
  if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
}
