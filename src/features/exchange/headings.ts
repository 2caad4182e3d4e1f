/**
 * How well a heading fits a field. A heading is compared in ever looser forms (as written, without brackets, with the
 * synonyms that every office uses, without words that say little), each form worth less than the one before.
 */
import type { FieldDefinition } from "#kernel/definitions.ts";

/** Words that Chinese offices use for one another in headings; the first of each line stands for all. */
const synonyms: [RegExp, string][] = [
  [/单位名称|单位全称/g, "单位"],
  [/部门名称/g, "部门"],
  [/(应|实)(?:际)?(?:参加|参会|参学|到会|出席|到)(?:人员|人次|人数|数)?/g, "$1到人数"],
  [/时间|时点|期限|时限/g, "日期"],
  [/编码|代码|号码/g, "编号"],
  [/题目|标题/g, "主题"],
  [/^(?:起|自)$|开始|起始/g, "起"],
  [/^(?:止|至)$|截止|截至|终止|结束|完成/g, "止"],
  [/责任部门|承办单位|承办部门/g, "责任单位"],
  [/联系方式|手机号|电话号/g, "联系电话"],
  [/说明$|附注$/g, "备注"],
];
/** Words that say little in a heading. */
const weak = /活动|学习|教育|整顿|具体|实际|名称|姓名|情况|所在|主要|办理|是否|人数|人员|序|的/g;

/** Half-width, without spaces, line breaks, stars and quotes. */
export const plainHeading = (text: string): string =>
  text
    .normalize("NFKC")
    .replace(/\((必填|选填|可选|下拉选择)\)/g, "")
    .replace(/[\s*★※"“”'‘’:：、，,.。/|-]+/g, "")
    .toLowerCase();
const unbracketed = (plain: string): string => plain.replace(/\([^()]*\)/g, "") || plain;
const canonical = (plain: string): string => synonyms.reduce((text, [from, to]) => text.replace(from, to), unbracketed(plain));
const core = (canon: string): string => canon.replace(weak, "");

interface Forms {
  plain: string;
  bare: string;
  canon: string;
  core: string;
}
const known = new Map<string, Forms>();
export const forms = (text: string): Forms => {
  let found = known.get(text);
  if (found === undefined) {
    const plain = plainHeading(text);
    const canon = canonical(plain);
    found = { plain, bare: unbracketed(plain), canon, core: core(canon) };
    if (known.size > 10_000) known.clear();
    known.set(text, found);
  }
  return found;
};

const shared = (a: string, b: string): number => {
  let count = 0;
  const left = [...b];
  for (const letter of a) {
    const at = left.indexOf(letter);
    if (at < 0) continue;
    left.splice(at, 1);
    count++;
  }
  return (2 * count) / (a.length + b.length);
};

/** 0–1: how alike two headings are. */
export const likeness = (a: Forms, b: Forms): number => {
  if (a.plain === b.plain) return 1;
  if (a.bare === b.bare) return 0.96;
  if (a.canon === b.canon) return 0.85;
  if (a.core !== "" && a.core === b.core) return 0.68;
  const [short, long] = a.canon.length < b.canon.length ? [a, b] : [b, a];
  // 人数 within 听课人数 says nothing.
  if (short.canon.length >= 2 && short.core !== "" && long.canon.includes(short.canon))
    return 0.4 + (0.25 * short.canon.length) / long.canon.length;
  return 0.45 * shared(a.canon, b.canon);
};

/** How well a heading, perhaps under a group heading, fits a field by its words alone. */
export const headingScore = (heading: string, group: string | null, field: FieldDefinition): number => {
  let best = 0;
  const names = [field.name, ...field.aliases];
  for (const [at, name] of names.entries()) {
    const worth = at === 0 ? 1 : 0.98;
    best = Math.max(best, worth * likeness(forms(heading), forms(name)));
    if (best >= 0.98 && group === null) return best;
    if (group !== null) {
      best = Math.max(
        best,
        0.97 * worth * likeness(forms(group + heading), forms(name)),
        0.97 * worth * likeness(forms(heading + group), forms(name)),
      );
      if (field.under !== undefined) best = Math.max(best, worth * likeness(forms(group + heading), forms(field.under + name)));
    }
  }
  if (group !== null && field.under !== undefined && forms(group).plain === forms(field.under).plain) best += 0.05;
  return best;
};

const serialWords = new Set(["序号", "序", "no", "顺序号", "顺序", "项次"]);
/** Whether a heading means the running number, by its words alone. */
export const isSerialHeading = (heading: string): boolean => serialWords.has(forms(heading).plain);
/** 编号 may be a running number or a real one; the values decide. */
export const maySerialHeading = (heading: string): boolean => forms(heading).plain === "编号" || isSerialHeading(heading);
