/** Which rows of a sheet are no records, by what is written in them. */
import type { Cell } from "#kernel/values/cell.ts";
import type { RawRow } from "./exchange.types.ts";

export const filled = (row: RawRow): { index: number; cell: Exclude<Cell, null> }[] => {
  const found: { index: number; cell: Exclude<Cell, null> }[] = [];
  for (let index = 0; index < row.cells.length; index++) {
    const cell = row.cells[index];
    if (cell !== null && cell !== undefined) found.push({ index, cell });
  }
  return found;
};

/** A filled cell as text. */
export const cellText = (cell: Exclude<Cell, null>): string => (typeof cell === "object" ? cell.date : String(cell)).trim();

const total = /^(本页|全[市县区省]|以上)?\s*(合|总|小|共|累)\s*计\s*(数|人数|件数)?\s*($|[：:（(，,\d])/;
const mean = /^(平均|人均)(分|值|数|得分|成绩)?\s*($|[：:\d])/;
const namedTotal = /^.{1,20}(小计|合计|总计)\s*[：:]?$/;
const note =
  /^[（(【]?\s*(注|备注|说明|附注|填表说明|填报说明|填写说明|填表要求|填报要求|填表人|填报人|制表人?|制表单位|审核人?|审批人|联系人|联系电话|联系方式|填报单位|报送单位|编制单位|填报日期|填报时间|填表日期|填表时间|制表日期|制表时间|截止时间|截止日期|截至|统计时间|统计日期|报送时间|单位负责人|负责人签[字名]|主要负责人签[字名]|签字|数据来源|单位[（(]盖章[)）])\s*\d*\s*([)）】]?\s*[：:]|[)）】]?$)/;
const numberedNote = /^注\s*\d*\s*[：:.．、]/;
const section =
  /^\s*([（(][一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}[、.．]|第[一二三四五六七八九十]{1,3}(部分|章|节)|附(件|表)\s*[\d一二三四五六七八九十]*\s*([：:]|$))/;

/** As much of a text as tells of what kind its row is. */
const beginning = (text: string): string => text.trim().slice(0, 200);

const firstText = (row: RawRow): string => {
  const first = filled(row)[0]?.cell;
  return typeof first === "string" ? beginning(first) : "";
};

/** 合计, 小计, 总计, with or without a colon and a sentence; in the first or second filled cell. */
export const isTotalRow = (row: RawRow): boolean => {
  let looked = 0;
  for (const cell of row.cells) {
    if (cell === null) continue;
    if (typeof cell === "string") {
      const text = beginning(cell);
      if (total.test(text) || mean.test(text) || (namedTotal.test(text) && text.length <= 24)) return true;
    }
    if (++looked === 2) return false;
  }
  return false;
};

/** 注：…, 填表人：…, 填报单位：… in the first filled cell of a row that has little else. */
export const isNoteRow = (row: RawRow): boolean => {
  const text = firstText(row);
  if (!note.test(text) && !numberedNote.test(text)) return false;
  const cells = filled(row);
  // 报送单位 without a colon is a heading, unless it stands alone.
  return (
    (cells.length === 1 || /[：:.．、]/.test(text)) &&
    cells.length <= 4 &&
    cells.every(({ cell }) => typeof cell === "string" || typeof cell === "object")
  );
};

/** 一、参观主题教育展 alone in its row. */
export const isSectionRow = (row: RawRow): boolean => {
  const cells = filled(row);
  return cells.length === 1 && typeof cells[0]?.cell === "string" && cells[0].cell.length <= 60 && section.test(cells[0].cell);
};

/** One text and nothing else: a title, a section, a note, or a record of which only one cell is filled. */
export const isLoneText = (row: RawRow): boolean => {
  const cells = filled(row);
  return cells.length === 1 && typeof cells[0]?.cell === "string";
};

/** 单位：万元, （金额单位：元） alone. */
export const isMeasureLine = (text: string): boolean => /^\s*[（(]?\s*((金额|计量|货币)\s*)?单位\s*[：:]/.test(text);

/** The unit of money that a line names: 万元 of 单位：万元, 单位：人、万元. */
export const moneyUnit = (text: string): string | undefined =>
  /(?:^|[\s（(额量币])单位\s*[：:]\s*(?:[^\s：:]{1,6}[、，,/])?((?:百万|千万|[千万亿])?元)/.exec(text)?.[1];
