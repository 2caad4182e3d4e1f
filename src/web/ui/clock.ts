/** A moment as the clock of every organ shows it, to the minute: 2023-03-15 09:30. */
export const clock = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });
