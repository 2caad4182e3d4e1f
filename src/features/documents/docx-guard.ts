/**
 * What no uploaded Word file may hold: macros, embedded objects, parts fetched from outside, fields that read files,
 * XML that declares entities. Parts are read by an XML parser, since an attribute can be written in many ways.
 */
import { SaxesParser } from "saxes";

const largestPart = 64 << 20;

/** @throws what `refuse` makes of a reason in Chinese. */
export function refuseHostile(parts: ReadonlyMap<string, Buffer>, refuse: (reason: string) => Error): void {
  const names = [...parts.keys()];
  if (!parts.has("word/document.xml") || !parts.has("[Content_Types].xml"))
    throw refuse("这不是 Word 文档（缺少正文部分），请上传 .docx 文件");
  if (names.some((name) => /vbaProject|vbaData/i.test(name))) throw refuse("文件含有宏，不予处理，请另存为不含宏的 .docx");
  const object = names.find((name) => /(^|\/)(embeddings|activeX|afchunk)/i.test(name));
  if (object !== undefined) throw refuse(`文件含有嵌入对象（${object}），请删去后再上传`);
  for (const [name, bytes] of parts) {
    if (!/\.(xml|rels)$/i.test(name)) continue;
    if (bytes.length > largestPart) throw refuse(`文件的“${name}”部分过大，不予处理`);
    const xml = bytes.toString("utf8");
    const encoding = /^\uFEFF?<\?xml[^<>]*encoding=["']([^"']*)/.exec(xml)?.[1];
    if (
      bytes.includes(0) ||
      bytes[0] === 0xff ||
      bytes[0] === 0xfe ||
      (encoding !== undefined && !/^(utf-8|us-ascii)$/i.test(encoding))
    ) {
      throw refuse(`文件的“${name}”部分不是 UTF-8 编码，请在 WPS 或 Word 中重新保存后再上传`);
    }
    if (/<!(DOCTYPE|ENTITY)/i.test(xml)) throw refuse(`文件的“${name}”部分有不允许的声明，不予处理`);
    const part = { name, xml };
    if (name === "[Content_Types].xml") elements(part, refuse, checkType(refuse));
    else if (name.endsWith(".rels")) elements(part, refuse, checkRelationship(refuse));
    else if (/instr/i.test(xml)) checkFields(part, refuse);
  }
}

/** Word notes the office's own template in many an honest file. The link is cut rather than the file refused. */
export function cutTemplateLink(parts: Map<string, Buffer>): void {
  const [rels, settings] = ["word/_rels/settings.xml.rels", "word/settings.xml"];
  const links = [...(parts.get(rels)?.toString("utf8") ?? "").matchAll(/<(?:\w+:)?Relationship\s[^<>]*>/g)];
  if (links.length === 0 || !links.every(([link]) => /Type="[^"]*\/attachedTemplate"/.test(link))) return;
  parts.delete(rels);
  parts.set(
    settings,
    Buffer.from((parts.get(settings)?.toString("utf8") ?? "").replace(/<w:attachedTemplate\b[^<>]*\/>/g, ""), "utf8"),
  );
}

type Open = (name: string, attributes: Record<string, string>) => void;
interface Part {
  name: string;
  xml: string;
}

function elements(
  { name, xml }: Part,
  refuse: (reason: string) => Error,
  open: Open,
  text: (value: string) => void = () => {},
): void {
  const parser = new SaxesParser();
  let broken = false;
  parser.on("opentag", (tag) => open(tag.name.replace(/^.*:/, ""), tag.attributes as Record<string, string>));
  parser.on("text", text);
  parser.on("error", () => (broken = true));
  parser.write(xml).close();
  if (broken) throw refuse(`文件的“${name}”部分已损坏，请重新保存后再上传`);
}

function checkType(refuse: (reason: string) => Error): Open {
  return (_name, attributes) => {
    if (/macroEnabled|vbaProject/i.test(attributes["ContentType"] ?? ""))
      throw refuse("文件含有宏，不予处理，请另存为不含宏的 .docx");
  };
}

/** A hyperlink only names an address; everything else that points outside would be fetched on opening. */
function checkRelationship(refuse: (reason: string) => Error): Open {
  return (name, { TargetMode, Type = "", Target = "" }) => {
    if (name !== "Relationship") return;
    const outside = TargetMode?.toLowerCase() === "external" || /^(\w+:|\\\\|\/\/)/.test(Target);
    if (outside && !Type.endsWith("/hyperlink"))
      throw refuse("文件引用了外部文件或网络地址（外部模板、链接图片等），请断开链接后再上传");
    if (/\/(aFChunk|oleObject|package|control)$/.test(Type)) throw refuse("文件含有嵌入对象，请删去后再上传");
  };
}

/** A field's instruction may be cut into many runs. */
function checkFields(part: Part, refuse: (reason: string) => Error): void {
  let inside = false;
  let instructions = "";
  elements(
    part,
    refuse,
    (name, attributes) => {
      inside = name === "instrText";
      if (name === "fldChar") instructions += "\n";
      if (name === "fldSimple") instructions += `\n${attributes["w:instr"] ?? ""}\n`;
    },
    (value) => {
      if (inside) instructions += value;
    },
  );
  const found = /(^|\n)\s*(DDEAUTO|DDE|INCLUDETEXT|INCLUDEPICTURE|INCLUDE|IMPORT|LINK|DATABASE|RD)\s/i.exec(instructions);
  if (found !== null) throw refuse(`文件含有会读取外部内容的域（${found[2]}），请删去后再上传`);
}
