/** The views that are kept: to take one, to keep what is shown now as one, to share it, to throw one away. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Checkbox, Empty, Form, Input, Space } from "antd";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import type { Ledger } from "#web/api/definition.ts";
import { newId } from "#web/api/new-id.ts";
import { queries, reading } from "#web/api/queries.ts";
import { useSayings } from "#web/ui/use-sayings.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import type { LedgerSearch } from "./search.types.ts";

type View = Output<"views.list">["views"][number];

interface Given {
  campaign: string;
  ledger: Ledger;
  search: LedgerSearch;
  change: (next: LedgerSearch) => void;
  close: () => void;
}

export function ViewsPanel({ campaign, ledger, search, change, close }: Given) {
  const { t } = useTranslation();
  const { message } = useSayings();
  const input = { campaign, ledger: ledger.key };
  const kept = useQuery(reading("views.list", input));
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey: ["views.list", input] });
  const { columns, where, sort, order } = search;
  const save = useMutation({
    mutationFn: ({ id, name, shared, shown }: Pick<View, "name" | "shared" | "shown"> & { id?: string }) =>
      ask("views.save", { ...input, view: id ?? newId(), name, shared, shown }),
    onSuccess: again,
  });
  const remove = useMutation({
    mutationFn: ({ id }: View) => ask("views.remove", { campaign, view: id }),
    onSuccess: async (_, view) => {
      await again();
      void message.open({
        type: "success",
        duration: 8,
        content: (
          <Space>
            {t("ledgers.views.removed", { name: view.name })}
            <Button type="link" size="small" onClick={() => save.mutate(view)}>
              {t("ledgers.undo")}
            </Button>
          </Space>
        ),
      });
    },
  });
  const take = ({ shown }: View): void => {
    change({
      columns: shown.columns,
      where: shown.where,
      sort: shown.sort,
      order: shown.order === "desc" ? "desc" : undefined,
      from: undefined,
      to: undefined,
      state: undefined,
      deleted: undefined,
    });
    close();
  };
  const views = kept.data?.views ?? [];
  return (
    <div className="views-panel">
      {kept.error && <Wrong error={kept.error} retry={kept.refetch} />}
      {save.error && <Wrong error={save.error} />}
      {kept.data && views.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("ledgers.views.none")} />}
      <ul>
        {views.map((view) => (
          <li key={view.id}>
            <button type="button" className="link" onClick={() => take(view)}>
              {view.name}
            </button>
            {view.shared && <span className="quiet"> {t("ledgers.views.from", { unit: view.unitName ?? "" })}</span>}
            {view.own && (
              <Button size="small" type="text" onClick={() => remove.mutate(view)}>
                {t("ledgers.views.remove")}
              </Button>
            )}
          </li>
        ))}
        <li>
          <button
            type="button"
            className="link"
            onClick={() => {
              change({ deleted: true });
              close();
            }}
          >
            {t("ledgers.removal.list")}
          </button>
        </li>
      </ul>
      <Form<{ name: string; shared?: boolean }>
        layout="vertical"
        requiredMark={false}
        onFinish={({ name, shared }) =>
          save.mutate(
            {
              ...(() => {
                const same = views.find((view) => view.own && view.name === name.trim());
                return same ? { id: same.id } : {};
              })(),
              name,
              shared: shared ?? false,
              shown: { columns, where, sort, order: sort === undefined ? undefined : (order ?? "asc") },
            },
            { onSuccess: () => void message.success(t("ledgers.views.saved")) },
          )
        }
      >
        <Form.Item
          name="name"
          label={t("ledgers.views.name")}
          rules={[{ required: true, whitespace: true, message: t("ledgers.views.needName") }]}
        >
          <Input maxLength={60} />
        </Form.Item>
        {ledger.may.includes("edit") && (
          <Form.Item name="shared" valuePropName="checked">
            <Checkbox>{t("ledgers.views.share")}</Checkbox>
          </Form.Item>
        )}
        <Button htmlType="submit" loading={save.isPending}>
          {t("ledgers.views.save")}
        </Button>
      </Form>
    </div>
  );
}
