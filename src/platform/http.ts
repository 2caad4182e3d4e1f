/**
 * The web server: routes given as data become Fastify routes and the OpenAPI 3.1 document. It knows cookies, limits,
 * uploads and headers, and nothing of what is asked; it validates nothing, because who asks comes before what.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { constants } from "node:zlib";
import compress from "@fastify/compress";
import cookie from "@fastify/cookie";
import multipart from "@fastify/multipart";
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import fastify, {
  type RawServerDefault,
  LogController,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import { jsonSchemaTransform } from "fastify-type-provider-zod";
import type { Logger } from "pino";
import { z } from "zod";
import { eventStreams, type EventStreams, type Follow } from "./http-events.ts";
import { authorityPage, authorityType } from "./authority-page.ts";
import { derOf, secureOptions, type Certificates } from "./certificates.ts";
import { plainPagePolicy, setHeaders } from "./http-headers.ts";
import { receive, requestFiles, sendFile } from "./http-files.ts";
import { isPage, servePages } from "./http-pages.ts";
import { HttpRefused } from "./http-refused.ts";
import { deviceOf } from "./device.ts";
import { checkSameSite, dropSession, isBrowser, keepSession, sessionToken } from "./http-session.ts";

export interface HttpFile {
  path: string;
  name: string;
  type: string;
  /** Shown in a page of ours instead of kept: under a policy that lets nothing in it run. */
  inline?: boolean;
}

export interface HttpAsked {
  token: string | undefined;
  /** The network address, and what its program calls itself. */
  from: { address: string; agent: string };
  /** Nobody asked for this by hand, as the request itself says. */
  unattended: boolean;
  /** Body, query and path in one; of the same name the path wins. */
  values: Record<string, unknown>;
  upload: { path: string; name: string } | undefined;
  /** The body of a `raw` route. */
  raw: Buffer | undefined;
  /** Where the request came from, and by what. */
  address: string;
  device: string | undefined;
  folder: () => Promise<string>;
}

export interface HttpRoute {
  name: string;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With `:name` for what the path brings. */
  path: string;
  summary: string;
  description: string;
  params?: z.ZodObject | undefined;
  query?: z.ZodObject | undefined;
  body?: z.ZodObject | undefined;
  /** Schema of the JSON answer, or media types of the file that is sent. */
  output: z.ZodType | readonly string[];
  upload: boolean;
  /** The body is bytes (application/octet-stream), no longer than any other. */
  raw: boolean;
  signedIn: boolean;
  session: "begins" | "ends" | undefined;
  handle(asked: HttpAsked): Promise<{ json: unknown } | { file: HttpFile } | { events: Follow }>;
}

export interface HttpOptions {
  title: string;
  version: string;
  description: string;
  routes: readonly HttpRoute[];
  /** What the first part of a route's name is called in the document, in its order. */
  groups: Readonly<Record<string, string>>;
  /** Schema of an error's body, and the body for one; bugs are logged by who makes it. */
  problem: z.ZodType;
  tell(error: unknown, name: string): { status: number };
  /** Folder of the browser's part, as it was built. */
  web?: string | undefined;
  /** With these the server speaks https; `authority` is given to who is to trust it. */
  tls?: Certificates | undefined;
  /** Addresses of proxies whose word on where a request comes from is taken; without any nobody's is. */
  proxies?: readonly string[] | undefined;
  /** Throws when the server cannot work. */
  healthy(): Promise<void>;
  /** Called when the server has answered its last request. */
  closing(): Promise<void>;
  log: Logger;
}

const json = "application/json; charset=utf-8";
const bytes = "application/octet-stream";
const bodyLimit = 1024 * 1024;
/** Milliseconds for a request's head to arrive. */
const headersTimeout = 20_000;
const fileLimit = 200 * 1024 * 1024;

/** A server that is ready to listen. */
export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
  const fail = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const body = options.tell(refusalOf(error), (request.routeOptions.config as { action?: string } | undefined)?.action ?? "");
    return reply.status(body.status).type("application/problem+json; charset=utf-8").send(JSON.stringify(body));
  };
  const app: FastifyInstance = fastify<RawServerDefault, IncomingMessage, ServerResponse>({
    // A log line says which action, how it went and how long it took; addresses and query texts may hold names.
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    // Time for a whole request to arrive; what the database may take is limited by its own clock.
    requestTimeout: 300_000,
    keepAliveTimeout: 72_000,
    http: { headersTimeout },
    forceCloseConnections: "idle",
    // An address that is none comes by no hook.
    frameworkErrors(error, request, reply) {
      setHeaders(request, reply);
      fail(error, request, reply);
    },
    // A proxy on this machine says whether the browser came by https; where it came from only one that is configured does.
    trustProxy: ["loopback", ...(options.proxies ?? [])],
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
    // Its type tells http and https servers apart, which nothing here does.
    ...((options.tls ? { https: { ...secureOptions(options.tls), headersTimeout } } : {}) as object),
  });
  app.setValidatorCompiler(() => (value) => ({ value }));
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  app.removeContentTypeParser("text/plain");
  app.addContentTypeParser(bytes, { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  await app.register(compress, {
    // Nobody sends packed bodies, and nothing is unpacked for whoever does.
    globalDecompression: false,
    encodings: ["br", "gzip"],
    threshold: 1024,
    // What is text; packed files would only cost time, and a stream of events must not wait for a block to fill.
    customTypes: /^(application\/(problem\+)?json|text\/(css|html|javascript)|image\/svg\+xml)/,
    zlibOptions: { level: 9 },
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } },
  });
  await app.register(cookie);
  await app.register(multipart, { limits: { fileSize: fileLimit, files: 1, fields: 20, fieldSize: 10_000, parts: 21 } });
  await app.register(swagger, { openapi: openapi(options), transform: jsonSchemaTransform });
  await app.register(swaggerUi, {
    routePrefix: "/docs",
    theme: { title: `${options.title}接口` },
    uiConfig: { docExpansion: "none", layout: "BaseLayout" },
  });
  app.addHook("onSend", async (request, reply) => setHeaders(request, reply));
  app.addHook("onResponse", async (request, reply) => {
    const name = request.routeOptions.config as { action?: string };
    options.log.info({
      action: name.action ?? request.routeOptions.url ?? null,
      method: request.method,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    });
  });
  app.setErrorHandler(fail);
  const page = options.web === undefined ? undefined : await servePages(app, options.web);
  app.setNotFoundHandler((request, reply) =>
    page && isPage(request) ? page(reply) : fail(new HttpRefused("no_route", 404), request, reply),
  );
  const streams = eventStreams();
  app.addHook("preClose", async () => streams.close());
  app.addHook("onClose", () => options.closing());
  if (options.tls) addAuthority(app, options.tls.authority);
  for (const route of options.routes) addRoute(app, route, options, streams);
  app.get("/openapi.json", { schema: { hide: true } as never }, () => app.swagger());
  app.get("/healthz", { schema: { hide: true } as never }, async () => {
    await options.healthy();
    return { status: "ok" };
  });
  await app.ready();
  return app;
}

/** The certificate that devices are to trust, and how. */
function addAuthority(app: FastifyInstance, authority: string): void {
  const page = authorityPage(authority);
  const policy = plainPagePolicy(page);
  app.get("/ca", { schema: { hide: true } as never }, (_request, reply) =>
    reply.type("text/html; charset=utf-8").header("content-security-policy", policy).send(page),
  );
  app.get("/ca.crt", { schema: { hide: true } as never }, (_request, reply) => reply.type(authorityType).send(derOf(authority)));
}

function addRoute(
  app: FastifyInstance,
  route: HttpRoute,
  { problem, groups, proxies }: Pick<HttpOptions, "problem" | "groups" | "proxies">,
  streams: EventStreams,
): void {
  const { params, query, body, upload, raw } = route;
  const file = upload ? { file: z.string().meta({ format: "binary", description: "文件" }) } : undefined;
  const whole = file ? (body ?? z.object({})).extend(file) : raw ? z.string().meta({ format: "binary" }) : body;
  const output = Array.isArray(route.output)
    ? {
        description: "文件",
        content: Object.fromEntries(
          (route.output as readonly string[]).map((type) => [type, { schema: z.string().meta({ format: "binary" }) }]),
        ),
      }
    : { description: "成功", content: { "application/json": { schema: route.output } } };
  const schema = {
    operationId: route.name,
    summary: route.summary,
    description: route.description,
    tags: [groups[route.name.split(".")[0] ?? ""] ?? route.name],
    ...(params ? { params } : {}),
    ...(query ? { querystring: query } : {}),
    ...(whole ? { body: whole } : {}),
    ...(upload ? { consumes: ["multipart/form-data"] } : raw ? { consumes: [bytes] } : {}),
    response: {
      200: output,
      default: { description: "不能办理：原因和补救办法见 detail", content: { "application/problem+json": { schema: problem } } },
    },
    security: route.signedIn ? [{ bearer: [] }, { cookie: [] }] : [],
  };
  app.route({
    method: route.method,
    url: route.path,
    schema: schema as never,
    config: { action: route.name } as never,
    handler: async (request, reply) => {
      checkSameSite(request);
      const files = requestFiles();
      let leaving = false;
      try {
        if (raw !== Buffer.isBuffer(request.body)) throw new HttpRefused("bad_body", 415);
        const received = upload ? await receive(request, files) : undefined;
        const values = {
          ...(raw ? {} : (received?.fields ?? (request.body as Record<string, unknown> | undefined))),
          ...(request.query as Record<string, unknown>),
          ...(request.params as Record<string, unknown>),
        };
        const answer = await route.handle({
          token: sessionToken(request),
          from: fromOf(request, proxies),
          // It can only shorten a session, so anybody may say it.
          unattended: request.headers["x-unattended"] !== undefined,
          values,
          upload: received?.upload,
          raw: raw ? (request.body as Buffer) : undefined,
          address: fromOf(request, proxies).address,
          device: deviceOf(request.headers["user-agent"]),
          folder: files.folder,
        });
        if ("events" in answer) return await streams.send(request, reply, sessionToken(request) ?? "", answer.events);
        if ("file" in answer) {
          leaving = true;
          return await sendFile(reply, answer.file, files);
        }
        if (route.session === "begins") {
          const begun = answer.json as { token: string; seconds: number };
          keepSession(request, reply, begun.token, begun.seconds);
          // A browser has its cookie, which no script reads (OWASP ASVS 5.0, 3.3.4); a program has no other way to it.
          if (isBrowser(request)) return await reply.type(json).send(JSON.stringify({ ...begun, token: "" }));
        }
        if (route.session === "ends") dropSession(request, reply);
        return await reply.type(json).send(JSON.stringify(answer.json));
      } finally {
        if (!leaving) await files.remove();
      }
    },
  });
}

/** Whoever connects could write anything in `X-Forwarded-For`: it counts only where a proxy is known to write it. */
const fromOf = (request: FastifyRequest, proxies: readonly string[] = []): HttpAsked["from"] => ({
  address: (proxies.length > 0 ? request.ip : request.socket.remoteAddress) ?? "",
  agent: (request.headers["user-agent"] ?? "").slice(0, 300),
});

/** Fastify's own errors, by what they mean; anything else as it is. */
function refusalOf(error: unknown): unknown {
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  if (typeof code !== "string" || !code.startsWith("FST_")) return error;
  if (statusCode === 413) return new HttpRefused("too_large", 413);
  if (statusCode === 415 || code === "FST_ERR_CTP_INVALID_JSON_BODY" || code === "FST_ERR_CTP_EMPTY_JSON_BODY")
    return new HttpRefused("bad_body", statusCode === 415 ? 415 : 400);
  if (statusCode !== undefined && statusCode < 500) return new HttpRefused("bad_request", statusCode);
  return error;
}

function openapi({ title, version, description, groups }: HttpOptions) {
  return {
    openapi: "3.1.1",
    info: { title, version, description, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    servers: [{ url: "/" }],
    tags: Object.values(groups).map((name) => ({ name })),
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "登录所得的 token" },
        cookie: {
          type: "apiKey",
          in: "cookie",
          name: "__Host-session",
          description: "浏览器登录后自动携带；未用 https 时名为 session",
        },
      },
    },
  } as never;
}
