/** Days, months and periods at a desk: antd's calendars, in a part of their own because they are heavy. */
import { DatePicker } from "antd";
import dayjs from "dayjs";

export interface DayGiven {
  id?: string;
  "aria-label"?: string;
  type: "date" | "month" | "period";
  value: string;
  change: (value: string | null) => void;
}

const wide = { width: "100%" };

export function DayInputs({ type, value, change, ...id }: DayGiven) {
  if (type === "period") {
    const [from, to] = value.split("/");
    return (
      <DatePicker.RangePicker
        {...id}
        style={wide}
        value={from && to ? [dayjs(from), dayjs(to)] : null}
        onChange={(days) => change(days?.[0] && days[1] ? days.map((one) => one?.format("YYYY-MM-DD")).join("/") : null)}
      />
    );
  }
  const format = type === "month" ? "YYYY-MM" : "YYYY-MM-DD";
  return (
    <DatePicker
      {...id}
      style={wide}
      picker={type}
      value={value === "" ? null : dayjs(value)}
      onChange={(day: dayjs.Dayjs | null) => change(day ? day.format(format) : null)}
    />
  );
}
