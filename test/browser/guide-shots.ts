/** The pictures of the user guide: where each is taken, and what can be read in it. */
import type { Page } from "playwright-core";
import { untilKept, type Size } from "./browser.ts";
import type { District } from "./guide-district.ts";

export interface Shot {
  file: string;
  size: Size;
  login: "office" | "liaison0";
  /** Below the campaign's address. */
  at: (district: District) => string;
  go?: (page: Page) => Promise<unknown>;
  /** What the picture shows, wherever it stands in it. */
  shows: readonly string[];
  /** With the service worker, for what is done without a network. */
  keeps?: true;
}

const block = [
  "活动编号\t活动日期\t组织单位\t学习主体\t学习形式\t主题\t应到人数\t实到人数",
  "QS6\t2023.4.27\t青石镇纪委\t支部\t集中学习\t保密法和保密纪律\t4\t4",
  "QS7\t4月28日\t青石镇纪委\t支部\t交流研讨\t我为什么干纪检\t4\t3",
  "QS8\t4月31日\t青石镇纪委\t支部\t集中学习\t信访举报工作规定\t4\t4",
].join("\n");
const csv = `\ufeff活动编号,时间,单位名称,学习主体,学习形式,主题,应到,实到
LH6,2023-04-25,柳河镇纪委,支部,集中学习,保密法和保密纪律,3,3
LH7,2023.4.27,柳河镇纪委,支部,交流研讨,监督第一职责,3,2
LH8,2023-02-30,柳河镇纪委,支部,集中学习,信访举报工作规定,3,3
LH9,2023-04-28,柳河镇第二纪委,支部,集中学习,谈话安全,3,负3
`;
const study = async (page: Page): Promise<void> => {
  await page.getByLabel("主题").fill("纪检监察干部行为规范");
  await page.getByRole("button", { name: "段永坤：到会" }).click();
};

export const shots: readonly Shot[] = [
  {
    file: "guide/images/palette.png",
    size: "wide",
    login: "office",
    at: () => "figures",
    go: async (page) => {
      await page.getByText("近7天有变化").waitFor();
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox", { name: "查找或跳转" }).fill("学习");
    },
    shows: ["集中学习台账", "Enter 打开", "登记：集中学习台账"],
  },
  { file: "guide/images/me.png", size: "wide", login: "office", at: () => "me", shows: ["卡在哪里", "逾期", "时限"] },
  {
    file: "guide/images/me-phone.png",
    size: "phone",
    login: "liaison0",
    at: () => "me",
    shows: ["退回来的", "签到表缺一人，请核对后补上", "监督执纪执法十个严禁"],
  },
  {
    file: "guide/images/record-phone.png",
    size: "phone",
    login: "liaison0",
    at: () => "record?ledger=study_sessions",
    go: async (page) => {
      await study(page);
      await page.getByText("点名", { exact: true }).scrollIntoViewIfNeeded();
    },
    shows: ["选照片", "点名", "邱永晨", "全部到会", "更多栏目"],
  },
  {
    file: "guide/images/record-offline-phone.png",
    size: "phone",
    login: "liaison0",
    at: () => "record?ledger=study_sessions",
    keeps: true,
    go: async (page) => {
      await untilKept(page);
      await page.reload();
      await study(page);
      await page.context().setOffline(true);
      await page.getByRole("button", { name: /登记/ }).click();
    },
    shows: ["已存在本机", "待发送", "联网后自动发送，不用再管；可以关掉本页。"],
  },
  {
    file: "guide/images/ledgers.png",
    size: "wide",
    login: "office",
    at: () => `ledgers?${new URLSearchParams({ ledger: "study_sessions", sort: "活动日期", order: "desc" }).toString()}`,
    shows: ["筛选", "视图", "从 Excel 粘贴", "办案安全责任制"],
  },
  {
    file: "guide/images/ledgers-paste.png",
    size: "wide",
    login: "liaison0",
    at: () => "ledgers?ledger=study_sessions",
    go: async (page) => {
      await page.locator("revo-grid .rgCell").filter({ hasText: "QS1" }).waitFor();
      await page.getByRole("button", { name: "从 Excel 粘贴" }).click();
      await page.getByPlaceholder("在 Excel 里选中并复制").fill(block);
    },
    shows: ["粘贴到《集中学习台账》", "新增2条，修改0条，不变0条", "先写入合格的", "第3行 活动日期"],
  },
  {
    file: "guide/images/ledgers-entry.png",
    size: "wide",
    login: "liaison0",
    at: (district) => `ledgers?ledger=study_sessions&entry=${district.returned}`,
    shows: ["签到表（4月20日）.csv", "添加文件", "归档", "改列计划"],
  },
  { file: "guide/images/figures.png", size: "wide", login: "office", at: () => "figures", shows: ["近7天有变化", "活动以来"] },
  {
    file: "guide/images/figures-records.png",
    size: "wide",
    login: "office",
    at: (district) => `figures?figure=study_sessions.sessions&at=${district.bureau}`,
    shows: ["集中学习次数", "按单位", "走势", "记录", "柳河镇纪委"],
  },
  {
    file: "images/interface.png",
    size: "wide",
    login: "office",
    at: (district) => `figures?figure=study_sessions.present&at=${district.bureau}&tab=records`,
    shows: ["参学人次", "QS5", "南苑街道纪工委", "近7天有变化"],
  },
  {
    file: "guide/images/documents.png",
    size: "wide",
    login: "office",
    at: (district) => `documents/${district.draft}`,
    go: (page) =>
      page
        .locator(".flow")
        .getByText(/133名纪检监察干部/)
        .waitFor(),
    shows: ["已保存", "版面", "插入", "定稿", "关于全区纪检监察干部队伍教育整顿"],
  },
  {
    file: "guide/images/documents-verify.png",
    size: "wide",
    login: "office",
    at: (district) => `../../verify/${district.code}`,
    shows: ["核验文稿", "核验码", "处数字与现在的记录不一致", "文中写法", "现在", "核对"],
  },
  {
    file: "guide/images/import.png",
    size: "wide",
    login: "office",
    at: () => "import",
    go: (page) =>
      page
        .locator("input[type=file]")
        .setInputFiles({ name: "柳河镇4月学习台账.csv", mimeType: "text/csv", buffer: Buffer.from(csv) }),
    shows: ["柳河镇4月学习台账.csv", "处问题", "日期2023-02-30不存在", "先导入合格的行"],
  },
  {
    file: "guide/images/units.png",
    size: "wide",
    login: "office",
    at: (district) => `units?unit=${district.unit}`,
    shows: ["青石镇纪委", "调整单位", "人员", "隶属沿革", "邱永晨"],
  },
  {
    file: "guide/images/admin.png",
    size: "wide",
    login: "office",
    at: () => "admin",
    shows: ["新开账号", "单位联络员", "杜卫林"],
  },
];
