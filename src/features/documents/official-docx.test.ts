import { describe, expect, test } from "vitest";
import { annexDocx } from "./annex-docx.ts";
import type { Block, OfficialDocument } from "./documents.types.ts";
import { DocxRefused, openDocx, packDocx, setText, text, type DocxParts } from "./docx-package.ts";
import { officialDocx } from "./official-docx.ts";
import { readDocx } from "./read-docx.ts";
import { answer, figureKeys, identity, reportTemplate, resolver } from "./report-fixture.ts";
import { fillTemplate } from "./template-fill.ts";
import { readTemplate, type TemplateSource } from "./template.ts";

const { template } = readTemplate(reportTemplate, "progress.md");
const report = (): Promise<OfficialDocument> => fillTemplate(template as TemplateSource, resolver, { copyNumber: "000001" });

describe("GB/T 9704—2012", () => {
  test("page, type, red head, numbers and imprint", async () => {
    const { docx } = await officialDocx(await report(), identity);
    const parts = await openDocx(docx);
    const xml = text(parts, "word/document.xml");
    expect(xml).toContain(`<w:pgSz w:w="11906" w:h="16838"`);
    expect(xml).toMatch(/<w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1587"/);
    expect(xml).toContain("中共云川市纪律检查委员会文件");
    expect(xml).toContain(`w:color w:val="FF0000"`);
    expect(xml).toContain("签发人：");
    expect(xml).toMatch(/tblpYSpec="bottom"/);
    expect(xml).not.toMatch(/linesAndChars/);
    const styles = text(parts, "word/styles.xml");
    expect(styles).toMatch(
      /styleId="Body">.*?<w:pPr><w:widowControl w:val="0"\/><w:spacing w:after="0" w:before="0" w:line="579" w:lineRule="exact"\/><w:ind w:firstLine="630" w:firstLineChars="200"\/>/,
    );
    for (const font of ["仿宋_GB2312", "楷体_GB2312", "黑体", "方正小标宋简体"])
      expect(styles + xml).toContain(`w:eastAsia="${font}"`);
    const footers = [...parts.keys()]
      .filter((name) => /footer\d/.test(name) && !name.includes("rels"))
      .map((name) => text(parts, name));
    expect(footers.some((f) => f.includes(`w:jc w:val="right"`)) && footers.some((f) => f.includes(`w:jc w:val="left"`))).toBe(
      true,
    );
    expect(text(parts, "word/settings.xml")).toContain("evenAndOddHeaders");
  });
  test("downward documents have no 签发人; without an organ there is no red head", async () => {
    const document = await report();
    const notice = text(
      await openDocx((await officialDocx({ ...document, kind: "通知", signatory: undefined }, identity)).docx),
      "word/document.xml",
    );
    expect(notice).not.toContain("签发人");
    const plain = text(await openDocx((await officialDocx({ ...document, organ: "" }, identity)).docx), "word/document.xml");
    expect(plain).not.toContain("FF0000");
  });
  test("the date has no leading zeros", async () => {
    const xml = text(
      await openDocx((await officialDocx({ ...(await report()), date: "2023-04-08" }, identity)).docx),
      "word/document.xml",
    );
    expect(xml).toContain(">2023年4月8日<");
  });
});

test("equal input gives equal bytes", async () => {
  const document = await report();
  const one = await officialDocx(document, identity, { annex: true });
  const two = await officialDocx(document, identity, { annex: true });
  expect(Buffer.compare(one.docx, two.docx)).toBe(0);
});

test("a report with 60 figures is made within 300 ms", async () => {
  const body: Block[] = Array.from({ length: 60 }, (_, i) => {
    const a = answer(figureKeys[i % figureKeys.length] ?? "");
    return {
      kind: "paragraph",
      inlines: [
        { kind: "text", text: "经统计，" },
        { kind: "figure", key: a.key, text: a.text, answer: a },
        { kind: "text", text: "。" },
      ],
    };
  });
  const document = { ...(await report()), body };
  await officialDocx(document, identity);
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    await officialDocx(document, identity);
    times.push(performance.now() - start);
  }
  expect(times.toSorted((a, b) => a - b)[2]).toBeLessThan(300);
});

test("the annex names every figure once with definition, period and code", async () => {
  const document = await report();
  const { marks } = await officialDocx(document, identity);
  const xml = text(await openDocx(await annexDocx(document, identity, marks)), "word/document.xml");
  expect(xml).toContain(`w:orient="landscape"`);
  expect(xml).toContain("<w:tblHeader/>");
  expect(xml.match(/警示教育人数（S01-F25）/g)).toHaveLength(1);
  expect(xml).toContain("3742");
  expect(xml).toContain("2023.3.3至2023.5.14");
  expect(xml).toContain("2023.5.15 09:30");
  expect(xml).toContain(`${identity.code}-1`);
});

async function edited(docx: Buffer, edit: (parts: DocxParts) => void): Promise<Buffer> {
  const parts = await openDocx(docx);
  edit(parts);
  return packDocx(parts);
}

describe("reading back", () => {
  test("report, code and every figure", async () => {
    const { docx, marks } = await officialDocx(await report(), identity);
    const back = await readDocx(docx);
    expect(back).toMatchObject(identity);
    expect(back.figures.map((f) => [f.n, f.key, f.written, f.now])).toEqual(
      marks.map((m) => [m.n, m.answer.key, m.text, m.text]),
    );
    expect(back.paragraphs.some((p) => p.startsWith("按照省纪委监委统一部署"))).toBe(true);
  });
  test("after an editor split runs, changed a number, deleted a bookmark and dropped the identity part", async () => {
    const { docx } = await officialDocx(await report(), identity);
    const changed = await edited(docx, (parts) => {
      const xml = text(parts, "word/document.xml");
      const gone = /<w:bookmarkStart w:name="fig_3_[^>]*>/.exec(xml)?.[0] ?? "";
      setText(
        parts,
        "word/document.xml",
        xml
          .replace(gone, "")
          .replace(
            ">3月3日</w:t></w:r>",
            ` xml:space="preserve">3</w:t></w:r><w:del w:id="900"><w:r><w:delText>月3日</w:delText></w:r></w:del><w:r><w:rPr><w:b/></w:rPr><w:t>月6</w:t></w:r><w:r><w:t>日</w:t></w:r>`.replace(
              ' xml:space="preserve"',
              "",
            ),
          ),
      );
    });
    const back = await readDocx(changed);
    expect(back.figures[0]).toMatchObject({ written: "3月3日", now: "3月6日" });
    expect(back.figures[2]).not.toHaveProperty("now");
    const bare = await readDocx(
      await edited(docx, (parts) => [...parts.keys()].filter((n) => n.startsWith("customXml")).forEach((n) => parts.delete(n))),
    );
    expect(bare).toMatchObject(identity);
    expect(bare.figures[0]).toEqual({ n: 1, bookmark: "fig_1_S01_F02", now: "3月3日" });
  });
});

test("the link to an office's own Word template is cut, the file taken", async () => {
  const { docx } = await officialDocx(await report(), identity);
  const linked = await edited(docx, (parts) => {
    setText(
      parts,
      "word/_rels/settings.xml.rels",
      `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" Target="file:///D:/gw.dotx" TargetMode="External"/></Relationships>`,
    );
    setText(
      parts,
      "word/settings.xml",
      text(parts, "word/settings.xml").replace("<w:defaultTabStop", `<w:attachedTemplate r:id="rId1"/><w:defaultTabStop`),
    );
  });
  const parts = await openDocx(linked);
  expect(parts.has("word/_rels/settings.xml.rels")).toBe(false);
  expect(text(parts, "word/settings.xml")).not.toContain("attachedTemplate");
});

describe("refused, with a reason a clerk understands", () => {
  const hostile = async (edit: (parts: DocxParts) => void): Promise<unknown> =>
    openDocx(await edited((await officialDocx(await report(), identity)).docx, edit)).catch((e: unknown) => e);
  const refused = (error: unknown, reason: RegExp): void => {
    expect(error).toBeInstanceOf(DocxRefused);
    expect((error as Error).message).toMatch(reason);
  };
  test("not a .docx, an old .doc, a broken file, another kind of zip", async () => {
    refused(await openDocx(Buffer.from("hello")).catch((e: unknown) => e), /不是 \.docx/);
    refused(await openDocx(Buffer.from("d0cf11e0a1b11ae1", "hex")).catch((e: unknown) => e), /旧版 \.doc/);
    refused(await openDocx(Buffer.from("PK\x03\x04 garbage")).catch((e: unknown) => e), /已损坏/);
    refused(await hostile((parts) => void parts.delete("word/document.xml")), /缺少正文/);
  });
  test("macros, objects, outside references, fetching fields, entities, bombs", async () => {
    refused(await hostile((parts) => void parts.set("word/vbaProject.bin", Buffer.from("x"))), /宏/);
    refused(await hostile((parts) => void parts.set("word/embeddings/oleObject1.bin", Buffer.from("x"))), /嵌入对象/);
    const rels = "word/_rels/document.xml.rels";
    const outside = (type: string) => (parts: DocxParts) =>
      setText(
        parts,
        rels,
        text(parts, rels).replace(
          "</Relationships>",
          `<Relationship Id="x" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${type}" Target="http://10.0.0.1/a" TargetMode="External"/></Relationships>`,
        ),
      );
    refused(await hostile(outside("attachedTemplate")), /外部文件或网络地址/);
    refused(
      await hostile((parts) =>
        setText(
          parts,
          rels,
          `<x:Relationships xmlns:x="u"><x:Relationship Type='a/image' Target='&#92;&#92;10.0.0.1&#92;a'/></x:Relationships>`,
        ),
      ),
      /外部文件/,
    );
    expect(await hostile(outside("hyperlink"))).toBeInstanceOf(Map);
    const body = (insert: string) => (parts: DocxParts) =>
      setText(parts, "word/document.xml", text(parts, "word/document.xml").replace("</w:body>", `${insert}</w:body>`));
    refused(
      await hostile(
        body(`<w:p><w:r><w:instrText>DDE</w:instrText></w:r><w:r><w:instrText>&#65;UTO c:\\\\x</w:instrText></w:r></w:p>`),
      ),
      /DDEAUTO/,
    );
    expect(await hostile(body(`<w:p><w:r><w:instrText> HYPERLINK "x" </w:instrText></w:r></w:p>`))).toBeInstanceOf(Map);
    refused(await hostile(body(`<w:p><w:fldSimple w:instr="INCLUDETEXT /etc/passwd"/></w:p>`)), /INCLUDETEXT/);
    refused(await hostile((parts) => void parts.set(rels, Buffer.from("\uFEFF<a/>", "utf16le"))), /不是 UTF-8/);
    refused(await hostile((parts) => setText(parts, "word/styles.xml", `<!DOCTYPE a [<!ENTITY b "c">]><a/>`)), /不允许的声明/);
    refused(await hostile((parts) => void parts.set("word/media/big.bin", Buffer.alloc(64 << 20))), /压缩炸弹/);
  });
});
