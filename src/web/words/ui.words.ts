/** What the components of the house say, and how each place works. */
const zh = {
  status: { ok: "正常", soon: "临期", late: "逾期", closed: "已销号" },
  until: "止",
  why: { label: "理由", needed: "请写明理由" },
  help: { open: "本页说明", title: "本页说明", definitions: "名词和口径", find: "在说明里查找", none: "说明里没有“{{text}}”。" },
  wrong: {
    offline: "没有连上服务器",
    offlineDo: "网络恢复后点“重试”；已填的内容都在。",
    conflict: "别人刚改过",
    conflictDo: "点“重试”读取最新内容，核对以后再保存。",
    signedOut: "登录已过期",
    signedOutDo: "重新登录后点“重试”；已填的内容都在。",
    forbidden: "不能查看或不存在",
    server: "服务器出错",
  },
  work: {
    leave: "可以离开这一页，办完会在这里显示。",
    percent: "{{percent}}%",
    step: "第 {{at}} 步，共 {{of}} 步",
    stop: "停止",
    done: "已完成",
  },
  diff: { field: "栏目", before: "原来", after: "现在", empty: "（空）", none: "没有不同。" },
};
const en: typeof zh = {
  status: { ok: "On time", soon: "Due soon", late: "Overdue", closed: "Closed" },
  until: "Until",
  why: { label: "Reason", needed: "Say why" },
  help: {
    open: "About this page",
    title: "About this page",
    definitions: "Words and what is counted",
    find: "Find in these words",
    none: "Nothing here is called “{{text}}”.",
  },
  wrong: {
    offline: "The server cannot be reached",
    offlineDo: "Try again when the network is back; what you have typed is still here.",
    conflict: "Someone else has just changed it",
    conflictDo: "Try again to read the latest, compare, and save.",
    signedOut: "Your session has ended",
    signedOutDo: "Sign in and try again; what you have typed is still here.",
    forbidden: "Not there, or not yours to see",
    server: "The server failed",
  },
  work: {
    leave: "You may leave this page; the result will be shown here.",
    percent: "{{percent}}%",
    step: "Step {{at}} of {{of}}",
    stop: "Stop",
    done: "Done",
  },
  diff: { field: "Field", before: "Before", after: "After", empty: "(empty)", none: "No difference." },
};
export const words = { zh, en };
