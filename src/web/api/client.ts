/** Asks the server: an action's name and input go out, its answer or a `Problem` comes back. */
import routes from "virtual:routes";
import { attendance } from "./attended.ts";
import type { Input, Name, Output } from "./contract.ts";
import { noteLost } from "./reach.ts";

/** What the server answers instead (RFC 9457), or `offline` when it cannot be reached. */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>>;
  constructor(code: string, status: number, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

/** Called when the server no longer knows who asks. */
let onSignedOut = (): void => undefined;
export const whenSignedOut = (then: () => void): void => {
  onSignedOut = then;
};

type Values = Record<string, unknown>;

/** Where an action is asked for; what the path does not take is left. */
function addressOf(name: Name, input: Values): { method: string; url: string; rest: Values } {
  const [method, path] = routes[name] as readonly [string, string];
  const rest = { ...input };
  const url = path.replace(/:(\w+)/g, (_, key: string) => {
    const value = rest[key];
    delete rest[key];
    return encodeURIComponent(String(value));
  });
  return { method, url, rest };
}

const queryOf = (values: Values): string =>
  new URLSearchParams(
    Object.entries(values).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, typeof value === "string" ? value : JSON.stringify(value)]],
    ),
  ).toString();

/** Where the file is that an action answers with, for a link or a picture. */
export function linkTo<N extends Name>(name: N, input: Input<N>): string {
  const { url, rest } = addressOf(name, input as Values);
  const query = queryOf(rest);
  return query === "" ? url : `${url}?${query}`;
}

/** Throws a `Problem` for every answer but the one asked for. `bytes` are the body of an action that takes bytes. */
export async function ask<N extends Name>(name: N, input: Input<N>, signal?: AbortSignal, bytes?: Blob): Promise<Output<N>> {
  const { method, url, rest } = addressOf(name, input as Values);
  const inQuery = method === "GET" || method === "DELETE" || bytes !== undefined;
  const type = bytes ? "application/octet-stream" : "application/json";
  const query = inQuery ? queryOf(rest) : "";
  const response = await fetch(query === "" ? url : `${url}?${query}`, {
    method,
    headers: { ...attendance(), ...(inQuery && !bytes ? {} : { "content-type": type }) },
    ...(inQuery && !bytes ? {} : { body: bytes ?? JSON.stringify(rest) }),
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw offline();
  });
  if (response.ok) return (await response.json()) as Output<N>;
  throw await problemOf(response);
}

function offline(): Problem {
  noteLost();
  return new Problem("offline", 0, "连不上服务器。请检查网络；已填的内容都在，恢复后可以继续。");
}

async function problemOf(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => undefined)) as
    | { code: string; detail: string; details: Record<string, unknown> }
    | undefined;
  if (body?.code === "not_signed_in") onSignedOut();
  if (!body) noteLost();
  return body
    ? new Problem(body.code, response.status, body.detail, body.details)
    : new Problem("unreachable", response.status, "服务器没有正常回答，可能正在重新启动。请稍后重试。");
}

/** Asks for a file; the name is what the server calls it. */
export async function fetchFile(name: Name, input: Record<string, unknown>): Promise<{ content: Blob; name: string }> {
  const { url, rest } = addressOf(name, input);
  const response = await fetch(`${url}?${queryOf(rest)}`, { headers: attendance() }).catch(() => {
    throw offline();
  });
  if (!response.ok) throw await problemOf(response);
  const called = /filename\*=UTF-8''([^;]+)/i.exec(response.headers.get("content-disposition") ?? "")?.[1];
  return { content: await response.blob(), name: decodeURIComponent(called ?? "") };
}

/** Sends a file with an action's input; `progress` is told how much of it is there, from 0 to 1. A file may be the answer. */
export function send<N extends Name>(
  name: N,
  input: Input<N>,
  file: File,
  progress?: (part: number) => void,
): Promise<Output<N>> {
  const { method, url, rest } = addressOf(name, input as Values);
  const form = new FormData();
  for (const [key, value] of Object.entries(rest))
    if (value !== undefined) form.append(key, typeof value === "string" ? value : JSON.stringify(value));
  form.append("file", file);
  return new Promise((done, failed) => {
    // `fetch` does not tell how far an upload is.
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [header, value] of Object.entries(attendance())) request.setRequestHeader(header, value);
    request.responseType = "blob";
    request.upload.addEventListener("progress", (event) => event.lengthComputable && progress?.(event.loaded / event.total));
    request.addEventListener("error", () => failed(offline()));
    request.addEventListener("load", () => {
      const body = request.response as Blob;
      const response = new Response(body, { status: request.status });
      if (!response.ok) void problemOf(response).then(failed, failed);
      else if (body.type.startsWith("application/json")) done(response.json() as Promise<Output<N>>);
      else done(body);
    });
    request.send(form);
  });
}
