/** Under whom a unit stands and stood, by kind, as a time line; and what was done to it, each of which can be taken back. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Empty, Popconfirm, Timeline } from "antd";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import { queries, reading } from "#web/api/queries.ts";
import { clock } from "#web/ui/clock.ts";
import { ListTable } from "#web/ui/ListTable.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import type { Unit } from "./UnitHead.tsx";

/** From and to as they are shown; `to` is the first day on which it no longer holds. */
function stretch(from: string, to: string, say: (word: "beginning" | "today") => string): [string, string] {
  return [from === "-infinity" ? say("beginning") : from, to === "infinity" ? say("today") : dayBefore(to)];
}

const dayBefore = (day: string): string => new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);

/** Where a stretch lies as seen from a day. */
const tenseOf = (from: string, to: string, day: string): "now" | "past" | "future" =>
  to !== "infinity" && to <= day ? "past" : from !== "-infinity" && from > day ? "future" : "now";

const marks = { now: "●", past: "○", future: "◇" } as const;

export function UnitRelations({ unit, day }: { unit: Unit; day: string }) {
  const { t } = useTranslation();
  if (unit.relations.length === 0) return <Empty description={t("units.noRelations")} />;
  return (
    <Timeline
      style={{ marginTop: 12 }}
      items={unit.relations.toReversed().map(({ kind, parent, parentName, from, to }) => {
        const tense = tenseOf(from, to, day);
        const [first, last] = stretch(from, to, (word) => t(`units.${word}`));
        return {
          key: `${kind} ${parent} ${from}`,
          color: tense === "now" ? "green" : "gray",
          content: (
            <div style={{ overflowWrap: "anywhere" }}>
              <strong>{kind}</strong>　{parentName ?? parent}
              <div className="quiet number">
                {marks[tense]} {t(`units.${tense}`)}　{t("units.to", { from: first, to: last })}
              </div>
            </div>
          ),
        };
      })}
    />
  );
}

type Change = Output<"units.changes">["changes"][number];
const ofPeople = new Set(["transfer", "second"]);

export function UnitChanges({ campaign, unit, may }: { campaign: string; unit: number; may: boolean }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const changes = useQuery(reading("units.changes", { campaign, unit }));
  const undo = useMutation({
    mutationFn: ({ id, kind }: Change) => undoChange(campaign, id, kind),
    onSuccess: () => message.success(t("units.undoDone")),
    onError: (error) => message.error(error.message, 8),
  });
  return (
    <>
      {changes.error && <Wrong error={changes.error} retry={changes.refetch} />}
      <ListTable<Change>
        label={t("units.changes")}
        rowKey="id"
        loading={changes.isPending}
        dataSource={changes.data?.changes ?? []}
        locale={{ emptyText: t("units.noChanges") }}
        pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
        columns={[
          { title: t("units.day"), className: "number", render: (_, { day }) => day ?? "" },
          { title: t("units.what"), render: (_, one) => <ChangeWords {...one} />, onCell: () => ({ className: "wrap" }) },
          { title: t("units.by"), render: (_, { actorName }) => actorName ?? "" },
          { title: t("units.at"), className: "number", render: (_, { at }) => clock.format(new Date(at)) },
          {
            title: "",
            render: (_, one) =>
              one.undoneAt ? (
                <span className="quiet">{t("units.undone")}</span>
              ) : may ? (
                <Popconfirm
                  title={t("units.undoSure")}
                  description={<div style={{ maxWidth: 280 }}>{t("units.undoWords")}</div>}
                  okText={t("units.undo")}
                  onConfirm={() => undo.mutate(one)}
                >
                  <Button size="small">{t("units.undo")}</Button>
                </Popconfirm>
              ) : null,
          },
        ]}
      />
    </>
  );
}

/** What was done, with the names of then. */
function ChangeWords({ kind, words }: Change) {
  const { t } = useTranslation();
  const { parent = "", into = "", from = "", name = "", person = "", to = "" } = words as Record<string, string>;
  const parts = Array.isArray(words["parts"]) ? words["parts"].map((one) => `“${String(one)}”`).join("、") : "";
  if (kind === "move") return t("units.words.move", { kind: String(words["kind"]), parent });
  if (kind === "merge") return t("units.words.merge", { into });
  if (kind === "split") return t("units.words.split", { parts });
  if (kind === "rename") return t("units.words.rename", { from, name });
  if (kind === "transfer") return t("units.words.transfer", { person, to });
  return t("units.words.second", { person, to });
}

/** Takes back a change of units or of a person's posts. */
export async function undoChange(campaign: string, change: number, kind: string): Promise<void> {
  await (ofPeople.has(kind) ? ask("people.undo", { campaign, change }) : ask("units.undo", { campaign, change }));
  await queries.invalidateQueries();
}
