/** What the house has made itself. */
import { Button } from "antd";
import type { ReactNode } from "react";
import { Problem } from "../api/client.ts";
import { DiffTable } from "../ui/DiffTable.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { ListSkeleton } from "../ui/ListSkeleton.tsx";
import { LongWork } from "../ui/LongWork.tsx";
import { NameChip } from "../ui/NameChip.tsx";
import { PageHead } from "../ui/PageHead.tsx";
import { PlainButton } from "../ui/PlainButton.tsx";
import { statuses, StatusMark } from "../ui/StatusMark.tsx";
import { When } from "../ui/When.tsx";
import { Wrong } from "../ui/Wrong.tsx";

const nothing = (): void => undefined;
const now = new Date("2023-06-15T02:00:00Z");
/** Forty characters, as the longest names of real units have, and two hundred, as nobody should. */
const forty = "云栖市纪委监委派驻市人民政府国有资产监督管理委员会纪检监察组综合室第二党支部";
const twoHundred = forty.repeat(6).slice(0, 200);

export const houseSections: Record<string, () => ReactNode> = {
  type: () => (
    <>
      <p style={{ fontSize: "var(--ant-font-size-heading-3)", fontWeight: 600 }}>页标题：全市纪检监察干部队伍教育整顿</p>
      <p style={{ fontSize: "var(--ant-font-size-lg)", fontWeight: 600 }}>节标题：集中学习和主题活动</p>
      <p>正文：录一次，逐级汇总，每个数字都查得到记录。Enter once, roll up at every level. 2023-06-15</p>
      <p className="quiet">次要：上次修改于 3 天前，市教育整顿领导小组办公室。</p>
      <p style={{ fontSize: "var(--ant-font-size-sm)" }}>小字：共 1,024 条记录，本页 50 条。</p>
    </>
  ),
  status: () => (
    <>
      <div className="gallery-row">
        {statuses.map((status) => (
          <StatusMark key={status} status={status} />
        ))}
      </div>
      <div className="gallery-row">
        <StatusMark status="soon" word="还有2天" />
        <StatusMark status="late" word="逾期13天" />
      </div>
    </>
  ),
  times: () => (
    <div className="gallery-row">
      <When at="2023-06-15T01:58:30Z" now={now} />
      <When at="2023-06-01T20:00:00Z" now={now} only="day" />
      <When at="2023-03-03" now={now} only="day" />
    </div>
  ),
  names: () => (
    <>
      <div className="gallery-row">
        <NameChip kind="person" name="张晓红" also="副组长" />
        <NameChip kind="unit" name="东区纪委" />
      </div>
      <div className="gallery-row">
        <NameChip kind="unit" name={forty} also="派驻" />
      </div>
      <NameChip kind="person" name={twoHundred} also="云栖市纪委监委办公厅副主任" />
    </>
  ),
  head: () => (
    <PageHead
      title="集中学习台账"
      note="市教育整顿领导小组办公室，2023-03-03 至 2023-06-15"
      help={{
        title: "集中学习台账",
        paragraphs: ["一场学习一条记录。"],
        definitions: [{ name: "人次", text: "每场实到人数之和。" }],
      }}
    >
      <Button>导出 Excel</Button>
      <Button type="primary">登记</Button>
    </PageHead>
  ),
  empty: () => (
    <EmptyState
      title="还没有导入过文件"
      next="把现有的 Excel 台账拖到上面，先看看会怎样，再决定导不导。"
      action={<Button>下载样表</Button>}
    />
  ),
  wrong: () => (
    <div style={{ display: "grid", gap: 8 }}>
      <Wrong error={new Problem("offline", 0, "连不上服务器。")} retry={nothing} />
      <Wrong error={new Problem("version_conflict", 409, "这条记录在您修改期间被别人改过。")} retry={nothing} />
      <Wrong error={new Problem("not_signed_in", 401, "登录已过期，请重新登录。")} retry={nothing} />
      <Wrong error={new Problem("not_found", 404, "没有这条记录，或者您不能查看。请核对编号。")} />
      <Wrong error={new Problem("invalid", 422, "“活动日期”2023-02-30不存在。请改为当月的某一天。")} />
      <Wrong error={new Problem("internal", 500, "服务器出错，请把编号 A7K2 告诉管理员。")} retry={nothing} />
    </div>
  ),
  work: () => (
    <div style={{ display: "grid", gap: 8 }}>
      <LongWork title="上传 集中学习台账.xlsx" done={0.42} stop={nothing} />
      <LongWork title="生成情况汇报" done={{ at: 2, of: 4, name: "正在计算 72 处数字" }} mayLeave />
      <LongWork title="导出全市台账" done={1} />
    </div>
  ),
  loading: () => <ListSkeleton rows={4} />,
  difference: () => (
    <>
      <DiffTable
        label="修改前后"
        rows={[
          { field: "实到人数", before: "12", after: "13" },
          { field: "地点", before: "", after: "第一会议室" },
          { field: "主持人", before: "王建国", after: "" },
          { field: "主题", before: "学习", after: "学习党的二十大精神，结合本单位实际开展交流研讨" },
        ]}
      />
      <DiffTable label="没有修改" rows={[]} />
    </>
  ),
};

/** Our own button beside antd's, which it must look like. */
export const buttonSections: Record<string, () => ReactNode> = {
  plain: () => (
    <div className="gallery-row">
      <PlainButton>再试</PlainButton>
      <Button>再试</Button>
      <PlainButton kind="primary">登记</PlainButton>
      <Button type="primary">登记</Button>
      <PlainButton kind="danger">不要了</PlainButton>
      <Button type="text" danger>
        不要了
      </Button>
      <PlainButton disabled>再试</PlainButton>
      <PlainButton kind="primary" wide>
        登录
      </PlainButton>
    </div>
  ),
};
