/** The groups of a unit on a day with their members: set up, joined, left, dissolved. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { App, AutoComplete, Button, DatePicker, Empty, Form, Input, Modal, Popconfirm, Select, Skeleton } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import { queries, reading } from "#web/api/queries.ts";
import { ListTable } from "#web/ui/ListTable.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";

type Group = Output<"groups.list">["groups"][number];
type Member = Group["members"][number];

export function Groups({ campaign, unit, day, may }: { campaign: string; unit: number; day: string | undefined; may: boolean }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [form, setForm] = useState<Group | "new">();
  const groups = useQuery(reading("groups.list", { campaign, ...(day === undefined ? {} : { day }) }));
  // By the server's calendar: a clock here may be wrong.
  const today = groups.data?.day ?? "";
  const end = useMutation({
    mutationFn: ({ group, member }: { group: number; member?: number }) =>
      member === undefined
        ? ask("groups.end", { campaign, group, day: today })
        : ask("groups.leave", { campaign, group, member, day: today }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["groups.list"] }),
    onError: (error) => message.error(error.message, 8),
  });
  const own = groups.data?.groups.filter((group) => group.unit === unit) ?? [];
  const sure = (title: string, words: string, ok: string, then: () => void) => (
    <Popconfirm title={title} description={<div style={{ maxWidth: 280 }}>{words}</div>} okText={ok} onConfirm={then}>
      <Button size="small">{ok}</Button>
    </Popconfirm>
  );
  if (groups.error) return <Wrong error={groups.error} retry={groups.refetch} />;
  if (groups.isPending) return <Skeleton active />;
  return (
    <>
      {may && (
        <Button style={{ marginBottom: 12 }} onClick={() => setForm("new")}>
          {t("people.make")}
        </Button>
      )}
      {own.length === 0 && <Empty description={t("people.noGroups")} />}
      {own.map((group) => (
        <section key={group.id} style={{ marginBottom: 24 }}>
          <div className="unit-head" style={{ marginBottom: 8 }}>
            <strong style={{ overflowWrap: "anywhere" }}>
              {group.name}　<span className="quiet">{group.kind}</span>
            </strong>
            {may && (
              <span style={{ display: "flex", gap: 8 }}>
                <Button size="small" onClick={() => setForm(group)}>
                  {t("people.add")}
                </Button>
                {sure(t("people.endSure", { name: group.name }), t("people.endWords"), t("people.end"), () =>
                  end.mutate({ group: group.id }),
                )}
              </span>
            )}
          </div>
          <ListTable<Member>
            label={group.name}
            rowKey="id"
            dataSource={group.members}
            locale={{ emptyText: t("people.noMembers") }}
            columns={[
              { title: t("people.role"), dataIndex: "role" },
              { title: t("people.member"), dataIndex: "name", onCell: () => ({ className: "wrap" }) },
              { title: t("people.duty"), render: (_, { duty }) => duty ?? "", onCell: () => ({ className: "wrap" }) },
              {
                title: "",
                render: (_, { id, name }) =>
                  may
                    ? sure(t("people.leaveSure", { name }), t("people.leaveWords"), t("people.leave"), () =>
                        end.mutate({ group: group.id, member: id }),
                      )
                    : null,
              },
            ]}
          />
        </section>
      ))}
      {form && (
        <GroupForm {...{ campaign, unit, today }} group={form === "new" ? undefined : form} close={() => setForm(undefined)} />
      )}
    </>
  );
}

interface Filled {
  kind?: string;
  name?: string;
  from: dayjs.Dayjs;
  person?: number;
  role?: string;
  duty?: string;
}

interface FormGiven {
  campaign: string;
  unit: number;
  today: string;
  group: Group | undefined;
  close: () => void;
}

/** A new group, or a new member of one. */
function GroupForm({ campaign, unit, today, group, close }: FormGiven) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Filled>();
  const people = useQuery(reading("people.list", { campaign, unit })).data?.people ?? [];
  const save = useMutation({
    mutationFn: async ({ kind = "", name = "", from, person, role = "", duty }: Filled): Promise<unknown> => {
      const day = from.format("YYYY-MM-DD");
      if (!group) return ask("groups.create", { campaign, unit, kind, name, from: day });
      const member = { person: person ?? 0, role, from: day, ...(duty ? { duty } : {}) };
      return ask("groups.add", { campaign, group: group.id, members: [member] });
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["groups.list"] });
      close();
    },
  });
  const need = (what: string) => ({ required: true, message: t("units.choose", { what }) });
  const words = (key: "kinds" | "roles") => t(`people.${key}`, { returnObjects: true }).map((value) => ({ value }));
  const title = t(group ? "people.add" : "people.make");
  return (
    <Modal open title={title} okText={title} confirmLoading={save.isPending} onOk={form.submit} onCancel={close}>
      <Form<Filled>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ from: dayjs(today) }}
        onFinish={(given) => save.mutate(given)}
      >
        {group ? (
          <>
            <Form.Item name="person" label={t("people.member")} rules={[need(t("people.member"))]}>
              <Select
                showSearch={{ optionFilterProp: "label" }}
                options={people.map(({ id, name, position }) => ({ value: id, label: position ? `${name}　${position}` : name }))}
              />
            </Form.Item>
            <Form.Item name="role" label={t("people.role")} rules={[need(t("people.role"))]}>
              <AutoComplete options={words("roles")} />
            </Form.Item>
            <Form.Item name="duty" label={t("people.duty")}>
              <Input maxLength={500} />
            </Form.Item>
          </>
        ) : (
          <>
            <Form.Item name="kind" label={t("people.groupKind")} rules={[need(t("people.groupKind"))]}>
              <AutoComplete options={words("kinds")} />
            </Form.Item>
            <Form.Item name="name" label={t("people.groupName")} rules={[need(t("people.groupName"))]}>
              <Input maxLength={100} />
            </Form.Item>
          </>
        )}
        <Form.Item name="from" label={t("people.day")}>
          <DatePicker allowClear={false} />
        </Form.Item>
        {save.error && <Wrong error={save.error} />}
      </Form>
    </Modal>
  );
}
