/** An account made or changed: whose, in which unit; a new one with the role that goes with it. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Form, Input, Modal, Select } from "antd";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import { queries, reading } from "#web/api/queries.ts";
import type { Slip } from "#web/ui/ActivationSlips.tsx";
import { UnitPicker } from "#web/ui/UnitPicker.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import type { Account } from "./AccountsTab.tsx";

interface Filled {
  login: string;
  name: string;
  unit: number;
  role?: string;
  person?: number | null;
}

interface Given {
  campaign: string;
  /** None: a new one. */
  account: Account | undefined;
  unit: number;
  roles: Output<"accounts.roles">["roles"];
  close: () => void;
  made: (slips: readonly Slip[]) => void;
}

export function AccountForm({ campaign, account, unit, roles, close, made }: Given) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Filled>();
  const at = Form.useWatch("unit", form) ?? account?.unit ?? unit;
  const people = useQuery(reading("people.list", { campaign, unit: at }));
  const save = useMutation({
    mutationFn: async ({ login, person, ...rest }: Filled): Promise<readonly Slip[]> => {
      if (account) {
        await ask("accounts.change", { campaign, account: account.id, name: rest.name, unit: rest.unit, person: person ?? null });
        return [];
      }
      const one = { login, ...rest, ...(typeof person === "number" ? { person } : {}) };
      return (await ask("accounts.create", { campaign, accounts: [one] })).accounts;
    },
    onSuccess: async (slips) => {
      close();
      if (slips.length > 0) made(slips);
      await queries.invalidateQueries({ queryKey: ["accounts.list"] });
    },
  });
  const need = (what: string) => ({ required: true, message: t("accounts.required", { what }) });
  return (
    <Modal
      open
      title={account ? `${t("accounts.edit")}　${account.login}` : t("accounts.make")}
      okText={account ? t("save") : t("accounts.make")}
      confirmLoading={save.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form<Filled>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={account ?? { unit, role: roles.find(({ key }) => key === "liaison")?.key ?? roles[0]?.key }}
        onFinish={(given) => save.mutate(given)}
        onValuesChange={(changed: Partial<Filled>) => changed.unit !== undefined && form.setFieldValue("person", null)}
      >
        {!account && (
          <Form.Item name="login" label={t("accounts.login")} extra={t("accounts.loginHint")} rules={[need(t("accounts.login"))]}>
            <Input autoComplete="off" maxLength={50} />
          </Form.Item>
        )}
        <Form.Item name="name" label={t("accounts.name")} rules={[need(t("accounts.name"))]}>
          <Input autoComplete="off" maxLength={100} />
        </Form.Item>
        <Form.Item name="unit" label={t("accounts.unit")} valuePropName="unit" trigger="choose">
          <UnitPicker campaign={campaign} unit={at} choose={() => undefined} />
        </Form.Item>
        {!account && roles.length > 0 && (
          <Form.Item name="role" label={t("accounts.role")} extra={t("accounts.roleHint")}>
            <Select
              allowClear
              showSearch={{ optionFilterProp: "label" }}
              options={roles.map(({ key, name, description }) => ({ value: key, label: name, title: description ?? name }))}
            />
          </Form.Item>
        )}
        <Form.Item name="person" label={t("accounts.person")} extra={t("accounts.personHint")}>
          <Select
            allowClear
            showSearch={{ optionFilterProp: "label" }}
            loading={people.isFetching}
            options={(people.data?.people ?? []).map(({ id, name, position }) => ({
              value: id,
              label: position ? `${name}　${position}` : name,
            }))}
            onSelect={(_, { label }) => form.getFieldValue("name") || form.setFieldValue("name", label.split("　")[0])}
          />
        </Form.Item>
        {save.error && <Wrong error={save.error} />}
      </Form>
    </Modal>
  );
}
