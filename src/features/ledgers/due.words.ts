/** What is said of records that are late or soon due. */
const zh = {
  title: "卡在哪里",
  judged: "按{{day}}判断",
  none: "没有逾期和临期的记录。",
  late: "逾期{{days}}天",
  today: "今天到期",
  soon: "还剩{{days}}天",
  until: "时限{{day}}",
  lateCount: "逾期{{count}}条",
  soonCount: "临期{{count}}条",
  next: "下一步：{{steps}}",
  byWhom: "{{step}}（{{roles}}）",
  byUnit: "按单位",
  more: "只列最久的{{count}}条，其余请到台账里按时限筛选。",
};
const en: typeof zh = {
  title: "What is stuck",
  judged: "as of {{day}}",
  none: "Nothing is late or soon due.",
  late: "{{days}} days late",
  today: "due today",
  soon: "{{days}} days left",
  until: "due {{day}}",
  lateCount: "{{count}} late",
  soonCount: "{{count}} soon due",
  next: "Next: {{steps}}",
  byWhom: "{{step}} ({{roles}})",
  byUnit: "By unit",
  more: "The {{count}} longest are listed; find the rest in the ledgers.",
};
export const words = { zh, en };
