/** Tokens of programs, one's own or of an account that one gives them to: made, shown once, revoked. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Form, Input, InputNumber, Modal, Select, Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import { queries, reading } from "#web/api/queries.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import { clock } from "#web/ui/clock.ts";
import "./security.css";

/** Of another account in a campaign; without it one's own. */
interface Of {
  campaign: string;
  account: number;
}
interface Filled {
  name: string;
  actions?: string[];
  days: number;
}

const at = (moment: string): string => clock.format(new Date(moment));
const again = () => Promise.all(["tokens.list", "tokens.listOf"].map((name) => queries.invalidateQueries({ queryKey: [name] })));

export function Tokens({ of }: { of?: Of }) {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const [making, setMaking] = useState(false);
  const own = useQuery({ ...reading("tokens.list", {}), enabled: !of });
  const others = useQuery({ ...reading("tokens.listOf", of ?? { campaign: "", account: 0 }), enabled: of !== undefined });
  const { data, error, isPending, refetch } = of ? others : own;
  const revoke = useMutation({
    mutationFn: (token: number) => (of ? ask("tokens.revokeOf", { ...of, token }) : ask("tokens.revoke", { token })),
    onSuccess: again,
    onError: (failed) => message.error(failed.message),
  });
  const sure = ({ id, name }: { id: number; name: string }): void =>
    void modal.confirm({
      title: t("signing.tokens.sure", { name }),
      content: t("signing.tokens.sureWords"),
      okText: t("signing.tokens.revoke"),
      onOk: () => revoke.mutateAsync(id),
    });
  return (
    <>
      <div className="security-head">
        <div>
          {!of && <h2>{t("signing.tokens.title")}</h2>}
          <p className="quiet">{t("signing.tokens.words")}</p>
        </div>
        <Button onClick={() => setMaking(true)}>{t("signing.tokens.make")}</Button>
      </div>
      {isPending && <Skeleton active paragraph={{ rows: 1 }} title={false} />}
      {error && <Wrong error={error} retry={refetch} />}
      <ul>
        {data?.tokens.map((token) => (
          <li key={token.id}>
            <div>
              <strong>{token.name}</strong>
              {!of && !token.own && <span className="quiet">　{t("signing.tokens.given")}</span>}
              <div>{token.actions ? token.actions.join("、") : t("signing.tokens.reading")}</div>
              <div className="quiet">
                {t("signing.tokens.until", { at: at(token.until) })}　
                {token.seenAt ? t("signing.used", { at: at(token.seenAt) }) : t("signing.tokens.unused")}
              </div>
            </div>
            <Button size="small" onClick={() => sure(token)}>
              {t("signing.tokens.revoke")}
            </Button>
          </li>
        ))}
      </ul>
      {making && <NewToken {...(of ? { of } : {})} close={() => setMaking(false)} />}
    </>
  );
}

function NewToken({ of, close }: { of?: Of; close: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Filled>();
  const make = useMutation({
    mutationFn: ({ name, actions, days }: Filled) => {
      const wanted = { name, days, actions: actions && actions.length > 0 ? actions : null };
      return of ? ask("tokens.createFor", { ...of, ...wanted }) : ask("tokens.create", wanted);
    },
    onSuccess: again,
  });
  const token = make.data?.token;
  return (
    <Modal
      open
      title={t("signing.tokens.make")}
      mask={{ closable: false }}
      footer={
        token ? (
          <Button type="primary" onClick={close}>
            {t("signing.tokens.kept")}
          </Button>
        ) : undefined
      }
      okText={t("signing.tokens.make")}
      confirmLoading={make.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      {token ? (
        <>
          <Alert type="warning" showIcon title={t("signing.tokens.once")} />
          <code className="token">{token}</code>
        </>
      ) : (
        <Form<Filled>
          form={form}
          layout="vertical"
          requiredMark={false}
          initialValues={{ days: 90 }}
          onFinish={(filled) => make.mutate(filled)}
        >
          <Form.Item
            name="name"
            label={t("signing.tokens.name")}
            rules={[{ required: true, whitespace: true, message: t("accounts.required", { what: t("signing.tokens.name") }) }]}
          >
            <Input maxLength={100} />
          </Form.Item>
          <Form.Item name="actions" label={t("signing.tokens.actions")} extra={t("signing.tokens.actionsHint")}>
            <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[" ", "、", "，", ","]} maxCount={100} />
          </Form.Item>
          <Form.Item
            name="days"
            label={t("signing.tokens.days")}
            rules={[{ required: true, message: t("accounts.required", { what: t("signing.tokens.days") }) }]}
          >
            <InputNumber controls={false} min={1} max={366} precision={0} style={{ width: "100%" }} />
          </Form.Item>
          {make.error && <Wrong error={make.error} />}
        </Form>
      )}
    </Modal>
  );
}
