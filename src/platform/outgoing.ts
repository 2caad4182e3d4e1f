/**
 * The only way out: every connection that the server itself opens. Where it may lead is configured, by host and port
 * (YIBENZHANG_OUTGOING), and never follows from what a user sends (OWASP ASVS 5.0, 1.3.6, 13.2.4 and 15.3.2). A name is
 * resolved once and the connection goes to the very addresses that were checked, so that a name server cannot answer
 * differently the second time; a redirect is handed back, not followed; how long and how much is bounded.
 */
import { lookup as systemLookup } from "node:dns/promises";
import { request as plain, type IncomingMessage } from "node:http";
import { request as secure } from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";

export interface OutgoingLimits {
  /** For the whole of a request, from resolving the name to the last byte. */
  milliseconds: number;
  /** Of the answer's body, as it comes. */
  bytes: number;
}

interface Address {
  address: string;
  family: number;
}

export interface Outgoing {
  /** Like the platform's `fetch`, without following redirects. Throws `OutgoingRefused`, or what the network throws. */
  fetch(address: string | URL, init?: RequestInit): Promise<Response>;
  /**
   * The addresses of a place that may be connected to, for protocols other than HTTP. Throws `OutgoingRefused`;
   * whoever connects must take one of these, not the name.
   */
  resolve(host: string, port: number): Promise<readonly Address[]>;
}

/** An outgoing call that is not allowed, or went beyond a limit. */
export class OutgoingRefused extends Error {
  readonly kind: "not_allowed" | "bad_address" | "too_slow" | "too_large";
  constructor(kind: OutgoingRefused["kind"], what: string) {
    super(`${kind}: ${what}`);
    this.name = "OutgoingRefused";
    this.kind = kind;
  }
}

/** Addresses that no name may stand for: RFC 6890's special ones, and where clouds hand out a machine's own secrets. */
const never = new BlockList();
never.addSubnet("0.0.0.0", 8, "ipv4");
never.addSubnet("169.254.0.0", 16, "ipv4");
never.addAddress("100.100.100.200", "ipv4");
never.addAddress("192.0.0.192", "ipv4");
never.addSubnet("224.0.0.0", 3, "ipv4");
never.addAddress("::", "ipv6");
never.addSubnet("fe80::", 10, "ipv6");
never.addSubnet("ff00::", 8, "ipv6");
never.addAddress("fd00:ec2::254", "ipv6");
/** This machine itself: only if the configuration says so in as many words. */
const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

const bare = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "");
const isHere = (host: string): boolean => host === "localhost" || (isIP(host) > 0 && loopback.check(host, kindOf(host)));
const kindOf = (address: string): "ipv4" | "ipv6" => (isIP(address) === 6 ? "ipv6" : "ipv4");

/** `host:port`, or `[address]:port` for IPv6; undefined for anything else. */
export const placeOf = (text: string): string | undefined => {
  const [, host = "", port = ""] = /^(\[[0-9a-f:.]+\]|[\w.-]+):(\d{1,5})$/i.exec(text) ?? [];
  return host !== "" && Number(port) >= 1 && Number(port) <= 65535 ? `${bare(host)} ${Number(port)}` : undefined;
};

/** `allowed` lists places as `host:port`; without any, nothing goes out. `lookup` is the system's, but in tests. */
export function openOutgoing(
  allowed: readonly string[],
  limits: OutgoingLimits = { milliseconds: 10_000, bytes: 2 ** 20 },
  lookup: (host: string) => Promise<readonly Address[]> = (host) => systemLookup(host, { all: true }),
): Outgoing {
  const places = new Set(allowed.map(placeOf));
  const resolve: Outgoing["resolve"] = async (given, port) => {
    const host = bare(given);
    if (!places.has(`${host} ${port}`)) throw new OutgoingRefused("not_allowed", `${host}:${port}`);
    const found = isIP(host) > 0 ? [{ address: host, family: isIP(host) }] : await lookup(host);
    const bad = found.find(
      ({ address }) => never.check(address, kindOf(address)) || (loopback.check(address, kindOf(address)) && !isHere(host)),
    );
    if (bad || found.length === 0) throw new OutgoingRefused("bad_address", `${host} ${bad?.address ?? "–"}`);
    return found;
  };
  return {
    resolve,
    async fetch(address, init) {
      const url = new URL(address);
      if (!/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "")
        throw new OutgoingRefused("not_allowed", url.origin);
      const asked = new Request(url, init);
      const late = AbortSignal.timeout(limits.milliseconds);
      const signal = AbortSignal.any([late, asked.signal]);
      try {
        const found = await within(signal, resolve(url.hostname, Number(url.port || (url.protocol === "https:" ? 443 : 80))));
        return await exchange(url, asked, Buffer.from(await asked.arrayBuffer()), found, signal, limits.bytes);
      } catch (error) {
        throw late.aborted ? new OutgoingRefused("too_slow", url.origin) : error;
      }
    },
  };
}

const within = <T>(signal: AbortSignal, work: Promise<T>): Promise<T> =>
  Promise.race([
    work,
    new Promise<never>((_, fail) => signal.addEventListener("abort", () => fail(signal.reason as Error), { once: true })),
  ]);

async function exchange(
  url: URL,
  asked: Request,
  body: Buffer,
  found: readonly Address[],
  signal: AbortSignal,
  most: number,
): Promise<Response> {
  const checked = ((_host, options, done) =>
    options.all === true ? done(null, [...found]) : done(null, found[0]?.address ?? "", found[0]?.family)) as LookupFunction;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = (url.protocol === "https:" ? secure : plain)(
      url,
      { method: asked.method, headers: Object.fromEntries(asked.headers), lookup: checked, agent: false, signal },
      resolve,
    );
    request.once("error", reject);
    request.end(body);
  });
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > most) {
      answer.destroy();
      throw new OutgoingRefused("too_large", url.origin);
    }
    chunks.push(chunk);
  }
  const status = answer.statusCode ?? 502;
  const headers = new Headers();
  for (let at = 0; at < answer.rawHeaders.length; at += 2)
    headers.append(answer.rawHeaders[at] ?? "", answer.rawHeaders[at + 1] ?? "");
  return new Response([204, 205, 304].includes(status) ? null : Buffer.concat(chunks), { status, headers });
}
