import { expect, test } from "vitest";
import { fieldSchema } from "#kernel/definitions.ts";
import { csvOf, parseBlock, planColumns } from "./paste.types.ts";

const fields = [{ name: "活动编号" }, { name: "活动日期", type: "date", aliases: ["日期"] }, { name: "主题" }].map((one) =>
  fieldSchema.parse(one),
);

test.each([
  ["one cell", "主题", [["主题"]]],
  [
    "Windows line ends and one at the end",
    "a\tb\r\nc\td\r\n",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  [
    "quoted cells with line breaks, tabs and quotation marks",
    '"第一行\n第二行"\t"说""好"""\nx\ty',
    [
      ["第一行\n第二行", '说"好"'],
      ["x", "y"],
    ],
  ],
  ["a quotation mark within a cell", '5"屏\tb', [['5"屏', "b"]]],
  [
    "rows of different length",
    "a\tb\tc\nd",
    [
      ["a", "b", "c"],
      ["d", "", ""],
    ],
  ],
  ["empty rows within, none at the end", "a\n\nb\n\n\n", [["a"], [""], ["b"]]],
  ["an empty last cell", "a\t", [["a", ""]]],
  ["nothing", "", []],
])("%s", (_, text, rows) => {
  expect(parseBlock(text)).toEqual(rows);
});

test("columns by headings, by aliases, with what is unknown left out", () => {
  expect(
    planColumns(
      [
        ["主题 *", "日期", "主题", "别的"],
        ["a", "b", "c", "d"],
      ],
      fields,
      "活动编号",
    ),
  ).toEqual({
    headed: true,
    columns: ["主题", "活动日期", null, null],
  });
});

test("columns by place, too many left out", () => {
  expect(planColumns([["2023-04-03", "学习", "多出来的"]], fields, "活动日期")).toEqual({
    headed: false,
    columns: ["活动日期", "主题", null],
  });
});

test("as a file", () => {
  expect(csvOf(["主题", null, "活动日期"], [['a,"b"', "x", "2023.4.3"]])).toBe('\ufeff主题,活动日期\r\n"a,""b""",2023.4.3\r\n');
});
