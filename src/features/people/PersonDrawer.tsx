/** A person's posts and secondments as a time line, and where they go next. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, DatePicker, Drawer, Form, Input, Skeleton, Space, Timeline } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import { queries, reading } from "#web/api/queries.ts";
import { UnitPicker } from "#web/ui/UnitPicker.tsx";
import { useSmall } from "#web/ui/small.ts";
import { Wrong } from "#web/ui/Wrong.tsx";

interface Given {
  campaign: string;
  person: number;
  may: boolean;
  /** By the server's calendar. */
  today: string;
  close: () => void;
}

export function PersonDrawer({ campaign, person, may, today, close }: Given) {
  const { t } = useTranslation();
  const small = useSmall();
  const [going, setGoing] = useState<"transfer" | "second">();
  const { data, error } = useQuery(reading("people.get", { campaign, person }));
  const first = (from: string): string => (from === "-infinity" ? t("units.beginning") : from);
  const last = (to: string): string => (to === "infinity" ? t("units.today") : to);
  return (
    <Drawer open title={data?.name ?? ""} onClose={close} size={small ? "100%" : 480}>
      {error && <Wrong error={error} />}
      {!data && !error && <Skeleton active />}
      {data && (
        <>
          {data.code && (
            <p className="quiet number">
              {t("people.code")}　{data.code}
            </p>
          )}
          {may && !going && (
            <Space style={{ marginBottom: 16 }}>
              <Button onClick={() => setGoing("transfer")}>{t("people.transfer")}</Button>
              <Button onClick={() => setGoing("second")}>{t("people.second")}</Button>
            </Space>
          )}
          {going && <Going key={going} {...{ campaign, person, today }} what={going} done={() => setGoing(undefined)} />}
          <h3 style={{ fontSize: "var(--ant-font-size-lg)" }}>{t("people.career")}</h3>
          <Timeline
            items={data.posts.map((post) => ({
              key: `${post.unit} ${post.kind} ${post.from} ${post.to}`,
              color: post.to === "infinity" ? "green" : "gray",
              content: (
                <div style={{ overflowWrap: "anywhere" }}>
                  <strong>{post.unitName}</strong>
                  {post.kind === "secondment" && `（${t("people.secondment")}）`}
                  <div>{[post.department, post.position].filter(Boolean).join("　")}</div>
                  <div className="quiet number">{t("units.to", { from: first(post.from), to: last(post.to) })}</div>
                </div>
              ),
            }))}
          />
        </>
      )}
    </Drawer>
  );
}

interface Filled {
  unit?: number;
  day: dayjs.Dayjs;
  to?: dayjs.Dayjs | null;
  department?: string;
  position?: string;
}

interface GoingGiven extends Pick<Given, "campaign" | "person" | "today"> {
  what: "transfer" | "second";
  done: () => void;
}

function Going({ campaign, person, today, what, done }: GoingGiven) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [form] = Form.useForm<Filled>();
  const unit = Form.useWatch("unit", form);
  const go = useMutation({
    mutationFn: ({ unit: to = 0, day, to: until, department, position }: Filled) => {
      const on = day.format("YYYY-MM-DD");
      if (what === "second")
        return ask("people.second", {
          campaign,
          person,
          unit: to,
          from: on,
          ...(until ? { to: until.format("YYYY-MM-DD") } : {}),
        });
      return ask("people.transfer", {
        campaign,
        person,
        unit: to,
        day: on,
        ...(department ? { department } : {}),
        ...(position ? { position } : {}),
      });
    },
    onSuccess: async ({ change }) => {
      await queries.invalidateQueries();
      done();
      const key = `change ${change}`;
      const back = (): void =>
        void ask("people.undo", { campaign, change }).then(
          async () => {
            await queries.invalidateQueries();
            message.success({ key, content: t("units.undoDone") });
          },
          (error: Error) => message.error({ key, content: error.message, duration: 8 }),
        );
      message.success({
        key,
        duration: 10,
        content: (
          <>
            {t("people.done")}{" "}
            <Button type="link" size="small" onClick={back}>
              {t("units.undo")}
            </Button>
          </>
        ),
      });
    },
  });
  return (
    <Form<Filled>
      form={form}
      layout="vertical"
      requiredMark={false}
      style={{ marginBottom: 20 }}
      initialValues={{ day: dayjs(today) }}
      onFinish={(given) => go.mutate(given)}
    >
      <Alert type="info" title={t(`people.${what}Words`)} style={{ marginBottom: 14 }} />
      <Form.Item
        name="unit"
        label={t(`people.${what}To`)}
        valuePropName="unit"
        trigger="choose"
        rules={[{ required: true, message: t("units.choose", { what: t("unit") }) }]}
      >
        <UnitPicker campaign={campaign} unit={unit ?? 0} choose={() => undefined} />
      </Form.Item>
      <Form.Item name="day" label={t("people.day")}>
        <DatePicker allowClear={false} style={{ width: "100%" }} />
      </Form.Item>
      {what === "second" ? (
        <Form.Item name="to" label={t("people.until_day")} extra={t("people.untilHint")}>
          <DatePicker style={{ width: "100%" }} />
        </Form.Item>
      ) : (
        <>
          <Form.Item name="department" label={t("people.department")}>
            <Input maxLength={100} />
          </Form.Item>
          <Form.Item name="position" label={t("people.position")}>
            <Input maxLength={100} />
          </Form.Item>
        </>
      )}
      {go.error && <Wrong error={go.error} />}
      <Space>
        <Button type="primary" htmlType="submit" loading={go.isPending}>
          {t(`people.${what}`)}
        </Button>
        <Button onClick={done}>{t("cancel")}</Button>
      </Space>
    </Form>
  );
}
