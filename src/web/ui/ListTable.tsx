/** antd's table as lists use it: dense, without pages of its own, and what scrolls sideways can be reached by keyboard. */
import { Table, type TableProps } from "antd";
import { useEffect, useRef } from "react";
import { ListSkeleton } from "./ListSkeleton.tsx";

export function ListTable<Row extends object>({ label, ...props }: TableProps<Row> & { label: string }) {
  // Whether there is nothing is not known before the answer.
  const begins = props.loading === true && props.dataSource?.length === 0;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const scrolling = place.current?.querySelector<HTMLElement>(".ant-table-content");
    if (!scrolling) return;
    scrolling.tabIndex = 0;
    scrolling.setAttribute("role", "region");
    scrolling.setAttribute("aria-label", label);
  }, [label]);
  return (
    <div ref={place}>
      <Table<Row>
        size="small"
        pagination={false}
        scroll={{ x: "max-content" }}
        {...props}
        {...(begins ? { loading: false, locale: { emptyText: <ListSkeleton /> } } : {})}
      />
    </div>
  );
}
