/** One row of the audit with all that is kept of it. */
import { useQuery } from "@tanstack/react-query";
import { Button, Drawer, Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import type { Output } from "#web/api/contract.ts";
import { reading } from "#web/api/queries.ts";
import { clock } from "#web/ui/clock.ts";
import { useSmall } from "#web/ui/small.ts";
import { Wrong } from "#web/ui/Wrong.tsx";

type Row = Output<"audit.get">;

interface Given {
  campaign: string;
  row: string;
  close: () => void;
  follow: (subject: string) => void;
}

export function AuditRow({ campaign, row, close, follow }: Given) {
  const { t } = useTranslation();
  const small = useSmall();
  const found = useQuery({ ...reading("audit.get", { campaign, row }), staleTime: Number.POSITIVE_INFINITY });
  const { data } = found;
  return (
    <Drawer open onClose={close} size={small ? "100%" : 560} title={t("audit.detail")}>
      {found.error && <Wrong error={found.error} retry={found.refetch} />}
      {found.isPending && <Skeleton active paragraph={{ rows: 8 }} />}
      {data && (
        <>
          <p className="audit-sentence">{data.sentence}</p>
          <dl className="audit-facts">
            {factsOf(data, (level) => t(`audit.levels.${level}` as never, { defaultValue: level })).map(([name, text]) => (
              <div key={name}>
                <dt>{t(`audit.fields.${name}`)}</dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
          {data.subject !== null && <Button onClick={() => follow(data.subject ?? "")}>{t("audit.sameSubject")}</Button>}
        </>
      )}
    </Drawer>
  );
}

const names = [
  "who",
  "login",
  "home",
  "role",
  "deed",
  "action",
  "unit",
  "ledger",
  "number",
  "subject",
  "rows",
  "filter",
  "reason",
  "address",
  "device",
  "result",
] as const;

/** What is kept, by what it is called, in the order of a sentence. */
function factsOf(
  row: Row,
  levelName: (level: string) => string,
): [(typeof names)[number] | "at" | "level" | "asSystem", string][] {
  const facts: ReturnType<typeof factsOf> = [["at", clock.format(new Date(row.at))]];
  for (const name of names) {
    const value = row[name];
    if (value !== null) facts.push([name, String(value)]);
    if (name === "ledger" && row.level !== null) facts.push(["level", levelName(row.level)]);
  }
  if (row.asSystem.length > 0) facts.push(["asSystem", row.asSystem.join("；")]);
  return facts;
}
