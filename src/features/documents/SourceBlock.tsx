/** A table or list in the text, as its records stand now; what it lists is chosen beside the text. */
import { useQuery } from "@tanstack/react-query";
import { Button, Checkbox, Input, InputNumber, Select, Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import type { Definition } from "#web/api/definition.ts";
import { reading } from "#web/api/queries.ts";
import { sourceNames, type SourceName } from "./draft.types.ts";
import { ShownBlocks } from "./ShownBlocks.tsx";

export interface Source {
  name: string;
  text: string;
}
const rowsShown = 8;

export const sourceReading = (campaign: string, document: string, { name, text }: Source) => ({
  ...reading("documents.source", {
    campaign,
    document,
    name: (sourceNames as readonly string[]).includes(name) ? (name as SourceName) : "list",
    text,
  }),
  retry: false,
  staleTime: 30_000,
});

export function SourceBlock({ campaign, document, source }: { campaign: string; document: string; source: Source }) {
  const { t } = useTranslation();
  const { data, error, isPending } = useQuery(sourceReading(campaign, document, source));
  if (error) return <p className="source-wrong">▲ {error.message}</p>;
  if (isPending) return <Skeleton active paragraph={{ rows: 2 }} title={false} />;
  const rows = data.blocks.reduce((sum, block) => sum + (block.kind === "table" ? block.rows.length : 1), 0);
  const all = data.blocks.slice(0, rowsShown);
  return (
    <div className="source-body">
      <ShownBlocks blocks={all} rows={rowsShown} />
      {rows > rowsShown && <p className="quiet">{t("documents.more", { count: rows, shown: rowsShown })}</p>}
    </div>
  );
}

interface Given {
  definition: Definition;
  source: Source;
  editable: boolean;
  change: (text: string) => void;
  remove: () => void;
}
type Spec = Record<string, unknown>;
type Column = string | { field: string };
const fieldOf = (column: Column): string => (typeof column === "string" ? column : column.field);

/** What was written by the editor is JSON; a template's own fence is YAML and shown as it is. */
function specOf(text: string): Spec | undefined {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === "object" && found !== null ? (found as Spec) : undefined;
  } catch {
    return undefined;
  }
}

export function SourcePanel({ definition, source, editable, change, remove }: Given) {
  const { t } = useTranslation();
  const spec = specOf(source.text);
  const ledger = definition.ledgers.find(({ key }) => key === spec?.["ledger"]);
  const set = (more: Spec): void => change(JSON.stringify({ ...spec, ...more }));
  const kind = (sourceNames as readonly string[]).includes(source.name) ? (source.name as SourceName) : "list";
  const where = (spec?.["where"] as Spec | undefined) ?? {};
  const columns = (spec?.["columns"] as Column[] | undefined) ?? [];
  const text = (name: string): string => (typeof spec?.[name] === "string" ? spec[name] : "");
  return (
    <div className="figure-panel">
      <h2>{t("documents.sourceOf", { kind: t(`documents.kinds.${kind}`), name: ledger?.name ?? "" })}</h2>
      {editable && spec === undefined && (
        <Input.TextArea
          autoSize
          defaultValue={source.text}
          onBlur={(event) => change(event.target.value)}
          aria-label={t("documents.columns")}
        />
      )}
      {editable && spec && (
        <div className="figure-settings">
          {source.name !== "list" && (
            <label>
              <span>{t("documents.tableTitle")}</span>
              <Input defaultValue={text("title")} onBlur={(event) => set({ title: event.target.value || undefined })} />
            </label>
          )}
          {source.name === "table" && ledger && (
            <div>
              <span>{t("documents.columns")}</span>
              <Select
                mode="multiple"
                aria-label={t("documents.columns")}
                value={columns.map(fieldOf)}
                options={["编号", "单位", "状态", ...ledger.columns].map((name) => ({ value: name, label: name }))}
                onChange={(fields) =>
                  fields.length > 0 &&
                  set({ columns: fields.map((name) => columns.find((one) => fieldOf(one) === name) ?? name) })
                }
              />
            </div>
          )}
          {source.name === "list" && (
            <>
              <label>
                <span>{t("documents.items")}</span>
                <Input defaultValue={text("item")} onBlur={(event) => event.target.value && set({ item: event.target.value })} />
              </label>
              <p className="quiet">{t("documents.itemsHelp")}</p>
              <Checkbox
                checked={spec["join"] !== undefined}
                onChange={(event) => set({ join: event.target.checked ? "、" : undefined })}
              >
                {t("documents.joined")}
              </Checkbox>
            </>
          )}
          {source.name === "figures" && (
            <div>
              <span>{t("documents.figuresOf")}</span>
              <Select
                mode="multiple"
                aria-label={t("documents.figuresOf")}
                showSearch={{ optionFilterProp: "label" }}
                value={(spec["figures"] as string[] | undefined) ?? []}
                options={definition.figures.map(({ key, name }) => ({ value: key, label: name }))}
                onChange={(figures) => figures.length > 0 && set({ figures })}
              />
            </div>
          )}
          {source.name !== "figures" && ledger?.date && (
            <Checkbox
              checked={ledger.date in where}
              onChange={(event) => {
                const { [ledger.date as string]: _date, ...others } = where;
                set({
                  where: event.target.checked ? { ...others, [ledger.date as string]: { from: "$from", to: "$to" } } : others,
                });
              }}
            >
              {t("documents.inPeriod")}
            </Checkbox>
          )}
          {source.name !== "figures" && (
            <label>
              <span>{t("documents.limit")}</span>
              <InputNumber
                min={1}
                max={2000}
                precision={0}
                defaultValue={Number(spec["limit"] ?? 500)}
                onBlur={(event) => set({ limit: Math.min(2000, Math.max(1, Number(event.target.value) || 50)) })}
              />
            </label>
          )}
        </div>
      )}
      {editable && (
        <div className="figure-actions">
          <Button danger onClick={remove}>
            {t("documents.removeIt")}
          </Button>
        </div>
      )}
    </div>
  );
}
