/** Two or three sentences on how each place works; what is counted and kept its definitions say themselves. */
const zh = {
  me: [
    "这里是今天要办的事和本人的记录。办完一件，就从清单里消失。",
    "写到本人的内容都能在这里看到；有误的，请向本单位联络员提出更正。",
  ],
  record: [
    "选一种事项，填几栏就能记下。上次填过的会带出来，改不同的就行。",
    "没有网络也能记：先存在本机，连上以后自动送出，送出前一直看得到。",
  ],
  ledgers: [
    "一本台账一张表，一行一条记录。点一行看全部栏目、附件、流转和每次修改。",
    "只列本单位和下级单位、本人可以查看的台账。改过的内容都留有原样；删除的在“视图”里能找到，打开就能恢复。",
  ],
  figures: [
    "每个数字都由记录算出来，不能直接填。点开先看各单位，再看一条条记录，合计一定等于这个数字。",
    "换单位、换期间，所有数字一起变。指着一个数字，就能看到它怎么算。",
  ],
  documents: [
    "按模板出文稿：选范围和期间，数字自动填好，文字由人来改。",
    "文稿里的每个数字都能点开看记录；定稿以后数字不再变，并可凭核验码查对。",
  ],
  import: [
    "把现有的 Excel 拖进来，先看它会怎样：新增几条、修改几条、哪行有问题。这时还什么都没有改。",
    "认错的列可以改；有问题的行下载标注过的表，改好再导。导入以后，整次导入还能撤销。",
  ],
  units: ["单位的隶属、合并、拆分都从某一天起算，以前各期的数字不变。", "人员调动、借调也一样：记录归到发生那天他所在的单位。"],
  admin: ["账号、授权、审计由三个人分管，互不兼任。每次操作都留有记录，不能修改。"],
};
const en: typeof zh = {
  me: [
    "What is due today, and what is on record about you. What is done leaves the list.",
    "Whatever is written about you is shown here; if something is wrong, ask your unit’s liaison to correct it.",
  ],
  record: [
    "Choose a kind, fill in a few fields, done. What you entered last time is there already.",
    "It works without a network: entries wait on this device, in sight, and are sent when it is back.",
  ],
  ledgers: [
    "A ledger is a table, a row is an entry. Open a row for its fields, attachments, state and every change.",
    "You see the ledgers that you may read, of your unit and those below. Nothing is overwritten; what is deleted is found under “Views”, and an open record can be restored.",
  ],
  figures: [
    "Each figure is computed from entries, never typed. Open it: by unit first, then the entries, whose sum it is.",
    "Unit and period change all figures at once. Point at a figure to read what it counts.",
  ],
  documents: [
    "Documents come from templates: choose scope and period, figures are filled in, the prose is yours.",
    "Each figure opens its entries; a final document is frozen and can be verified by its code.",
  ],
  import: [
    "Drop the workbook you keep and see what it would do: rows added, changed, refused. Nothing is changed yet.",
    "Correct what was misread; refused rows come back marked. A whole import can be taken back later.",
  ],
  units: [
    "Moves, mergers and splits begin on a day; figures of earlier periods stay as they were.",
    "So do transfers of people: an entry counts where the person was on that day.",
  ],
  admin: ["Accounts, grants and audit are three people's, never one's. Every act is on record and cannot be changed."],
};
export const words = { zh, en };
