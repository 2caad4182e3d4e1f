/** From an operation of the OpenAPI document to requests for it: mostly sound, with something wrong in most of them. */
import fc, { type Arbitrary } from "fast-check";
import { nasty, nastyBodies, nastyText } from "./nasty.ts";

export interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
}
export interface Operation {
  operationId: string;
  parameters?: { name: string; in: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content: Record<string, unknown> }>;
  method: string;
  path: string;
}

/** Values that mean something, by the name of what asks for them. */
export type Known = Readonly<Record<string, readonly unknown[]>>;

export interface Asking {
  method: string;
  /** Encoded as it goes over the wire. */
  path: string;
  headers: Record<string, string>;
  body: Buffer | undefined;
}

/** The bytes of a text, as an attacker would write them: whatever is not plain is encoded, a lone surrogate as it is. */
const percent = (text: string): string =>
  [...text]
    .map((sign) => {
      const code = sign.codePointAt(0) ?? 0;
      if (code >= 0xd800 && code <= 0xdfff)
        return `%ED%${(0x80 | ((code >> 6) & 0x3f)).toString(16)}%${(0x80 | (code & 0x3f)).toString(16)}`;
      return /[\w.~-]/.test(sign) ? sign : encodeURIComponent(sign);
    })
    .join("");
const wire = (value: unknown): string => percent(typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
const broken = ["%", "%zz", "%ff", "%00", "%E4%BD", "%2e%2e%2f", "a%2Fb", ".", "..", "a".repeat(5000)];

const mostly = <T>(sound: Arbitrary<T>, wrong: Arbitrary<T>, weight = 6): Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: sound }, { weight: 1, arbitrary: wrong });

/** A value that a schema asks for, with something wrong now and then. */
function valueFor(name: string, schema: Schema, known: Known): Arbitrary<unknown> {
  const pool = known[name];
  if (pool) return mostly(fc.constantFrom(...pool), nasty);
  return mostly(soundFor(name, schema, known), nasty);
}

function soundFor(name: string, schema: Schema, known: Known): Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if ("const" in schema) return fc.constant(schema.const);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => soundFor(name, one, known)));
  const types = [schema.type ?? "any"].flat();
  return fc.oneof(
    ...types.map((type): Arbitrary<unknown> => {
      if (type === "integer") return fc.constantFrom(0, 1, 2, 3, 100);
      if (type === "number") return fc.constantFrom(0, 1, 2.5);
      if (type === "boolean") return fc.boolean();
      if (type === "null") return fc.constant(null);
      if (type === "array") return fc.array(valueFor(name, schema.items ?? {}, known), { maxLength: 3 });
      if (type === "object") return objectFor(schema, known);
      if (type !== "string") return nasty;
      if (schema.format === "date") return fc.constantFrom("2023-04-03", "2023-06-15", "2023-12-31", "2022-01-01");
      if (schema.format === "date-time") return fc.constant("2023-05-14T18:00:00+08:00");
      if (schema.format === "uuid") return fc.uuid();
      return fc.constantFrom("甲", "学习", "study", "a", "第1次");
    }),
  );
}

function objectFor(schema: Schema, known: Known): Arbitrary<unknown> {
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0)
    return fc.dictionary(nastyText, schema.additionalProperties === true ? nasty : fc.oneof(nasty, fc.integer()), { maxKeys: 3 });
  const required = new Set(schema.required);
  const sound = fc
    .tuple(
      ...fields.map(([name, one]) =>
        fc.option(valueFor(name, one, known), { freq: required.has(name) ? 12 : 2, nil: undefined }),
      ),
    )
    .map((values) => Object.fromEntries(fields.map(([name], index) => [name, values[index]] as const)));
  const extra = fc.tuple(sound, nastyText, nasty).map(([object, name, value]) => ({ ...object, [name]: value }));
  return mostly(sound, extra, 8);
}

const files: readonly (Buffer | string)[] = [
  "",
  "活动编号,活动日期,组织单位,主题\nX-1,2023-04-03,东区纪委,学习\n",
  '活动编号,"没有配对\n',
  "key: x\nname: &a [*a]\n",
  "%PDF-1.4\n",
  "<svg onload='alert(1)'/>",
  Buffer.from("PK\x03\x04", "latin1"),
  Buffer.from("504b0506" + "0".repeat(36), "hex"),
  Buffer.from("d0cf11e0a1b11ae1", "hex"),
  Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
  Buffer.alloc(5000, 0x41),
];

const boundary = "----fuzz";
function multipart(fields: Record<string, unknown>, file: Buffer | string, name: string): Buffer {
  const head = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => {
      const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
      return `--${boundary}\r\ncontent-disposition: form-data; name="${key.replaceAll(/["\r\n]/g, "")}"\r\n\r\n${text}\r\n`;
    });
  const begin = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name.replaceAll(/["\r\n]/g, "")}"\r\n\r\n`;
  return Buffer.concat([Buffer.from(head.join("") + begin), Buffer.from(file), Buffer.from(`\r\n--${boundary}--\r\n`)]);
}

interface Body {
  type: string | undefined;
  content: Buffer | undefined;
}

function bodyFor(operation: Operation, known: Known): Arbitrary<Body> {
  const [type, media] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const json = (content: unknown): Body => ({ type: "application/json", content: Buffer.from(JSON.stringify(content) ?? "") });
  const wrong = fc
    .tuple(
      fc.constantFrom(...nastyBodies),
      fc.constantFrom(
        "application/json",
        "application/json",
        "text/plain",
        "application/xml",
        "multipart/form-data",
        "x",
        undefined,
      ),
    )
    .map(([content, of]): Body => ({ type: of, content: Buffer.from(content) }));
  if (!media) return mostly(fc.constant<Body>({ type: undefined, content: undefined }), wrong, 12);
  const fields = objectFor(media.schema, known);
  if (type === "multipart/form-data")
    return mostly(
      fc
        .tuple(fields, fc.constantFrom(...files), fc.oneof(fc.constantFrom("a.csv", "a.xlsx", "a.docx", "a.yaml"), nastyText))
        .map(([values, file, name]) => ({
          type: `${type}; boundary=${boundary}`,
          content: multipart({ ...(values as object), file: undefined }, file, name),
        })),
      wrong,
    );
  if (type === "application/octet-stream")
    return mostly(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => ({ type, content: Buffer.from(bytes) })),
      wrong,
    );
  return mostly(fields.map(json), wrong, 5);
}

/** Requests for an operation. */
export function requestsFor(operation: Operation, known: Known): Arbitrary<Asking> {
  const parameters = operation.parameters ?? [];
  const within = (place: string) => parameters.filter((one) => one.in === place);
  const path = fc.tuple(
    ...within("path").map(({ name, schema }) =>
      fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom(...(known[name] ?? [1])).map(wire) },
        { weight: 2, arbitrary: valueFor(name, schema, known).map(wire) },
        { weight: 1, arbitrary: fc.constantFrom(...broken) },
      ),
    ),
  );
  const query = fc
    .tuple(
      ...within("query").map(({ name, schema }) =>
        fc.option(
          fc.oneof(
            { weight: 10, arbitrary: valueFor(name, schema, known).map((value) => `${name}=${wire(value)}`) },
            {
              weight: 1,
              arbitrary: fc.constantFrom(
                `${name}=1&${name}=2`,
                `${name}[]=1`,
                `${name}[a]=b`,
                name,
                `${name}=%`,
                `${name}=%ff%00`,
              ),
            },
          ),
          { freq: 1 },
        ),
      ),
    )
    .chain((parts) =>
      mostly(
        fc.constant(parts.filter((part) => part !== null)),
        fc.constantFrom("__proto__=1", "constructor[prototype][x]=1", "x=y", "&&&", "a=".repeat(4000)).map((more) => [more]),
        10,
      ),
    );
  return fc.tuple(path, query, bodyFor(operation, known)).map(([values, asked, body]) => {
    let at = 0;
    const filled = operation.path.replaceAll(/\{\w+\}/g, () => values[at++] as string);
    return {
      method: operation.method.toUpperCase(),
      path: asked.length === 0 ? filled : `${filled}?${asked.join("&")}`,
      headers: body.type === undefined ? {} : { "content-type": body.type },
      body: body.content,
    };
  });
}
