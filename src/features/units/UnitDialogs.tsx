/** Moving, merging and renaming a unit: from which day, and what it will change. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, DatePicker, Form, Input, Modal, Select } from "antd";
import dayjs from "dayjs";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import { queries, reading } from "#web/api/queries.ts";
import { UnitPicker } from "#web/ui/UnitPicker.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import type { Unit } from "./UnitHead.tsx";
import { undoChange } from "./UnitRelations.tsx";
import { longestUnitName, relationKinds, type RelationKind } from "./units.types.ts";

export interface DialogGiven {
  campaign: string;
  unit: Unit;
  /** By the server's calendar. */
  today: string;
  close: () => void;
}

/** Says that a change is made, and offers to take it back. */
export function useDone(campaign: string, close: () => void) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  return async ({ recounted, change }: { recounted?: number; change: number }): Promise<void> => {
    await queries.invalidateQueries();
    close();
    const key = `change ${change}`;
    const back = (): void =>
      void undoChange(campaign, change, "move").then(
        () => message.success({ key, content: t("units.undoDone") }),
        (error: Error) => message.error({ key, content: error.message, duration: 8 }),
      );
    message.success({
      key,
      duration: 10,
      content: (
        <>
          {t("units.done", { count: recounted ?? 0 })}{" "}
          <Button type="link" size="small" onClick={back}>
            {t("units.undo")}
          </Button>
        </>
      ),
    });
  };
}

interface Shape extends Omit<DialogGiven, "today"> {
  title: string;
  busy: boolean;
  error: Error | null;
  submit: () => void;
  children: ReactNode;
}

export const Dialog = ({ title, unit, close, busy, error, submit, children }: Shape) => (
  <Modal open title={title} okText={title} onOk={submit} onCancel={close} confirmLoading={busy} width={560}>
    <p className="quiet" style={{ overflowWrap: "anywhere" }}>
      {unit.name}
    </p>
    {children}
    {error && <Wrong error={error} />}
  </Modal>
);

interface Moved {
  parent?: number;
  kind: RelationKind;
  day: dayjs.Dayjs;
}

export function MoveDialog({ campaign, unit, today, close }: DialogGiven) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Moved>();
  const done = useDone(campaign, close);
  const { parent, kind, day } = Form.useWatch([], form) ?? {};
  const asked = {
    campaign,
    unit: unit.id,
    parent: parent ?? 0,
    kind: kind ?? "隶属",
    day: day?.format("YYYY-MM-DD") ?? today,
  } as const;
  const preview = useQuery({ ...reading("units.preview", asked), enabled: parent !== undefined, retry: false });
  const move = useMutation({ mutationFn: () => ask("units.move", asked), onSuccess: done });
  const names = (units: readonly { name: string }[]): string => units.map(({ name }) => name).join("、");
  return (
    <Dialog
      {...{ campaign, unit, close }}
      title={t("units.move")}
      busy={move.isPending}
      error={move.error ?? preview.error}
      submit={form.submit}
    >
      <Form<Moved>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ kind: "隶属", day: dayjs(today) }}
        onFinish={() => move.mutate()}
      >
        <Form.Item
          name="parent"
          label={t("units.parent")}
          valuePropName="unit"
          trigger="choose"
          rules={[{ required: true, message: t("units.choose", { what: t("units.parent") }) }]}
        >
          <UnitPicker campaign={campaign} unit={parent ?? 0} choose={() => undefined} />
        </Form.Item>
        <Form.Item name="kind" label={t("units.relation")}>
          <Select options={relationKinds.map((one) => ({ value: one, label: one }))} />
        </Form.Item>
        <Form.Item name="day" label={t("units.day")}>
          <DatePicker allowClear={false} />
        </Form.Item>
      </Form>
      {preview.data && (
        <Alert
          type="info"
          title={t("units.preview")}
          description={
            <ul style={{ margin: 0, paddingLeft: 18, overflowWrap: "anywhere" }}>
              <li>{t("units.previewUnits", { ...preview.data })}</li>
              {preview.data.leaves.length > 0 && <li>{t("units.leaves", { names: names(preview.data.leaves) })}</li>}
              {preview.data.joins.length > 0 && <li>{t("units.joins", { names: names(preview.data.joins) })}</li>}
              {preview.data.leaves.length + preview.data.joins.length === 0 && <li>{t("units.sameRollUp")}</li>}
              <li>{t("units.before")}</li>
            </ul>
          }
        />
      )}
    </Dialog>
  );
}

export function MergeDialog({ campaign, unit, today, close }: DialogGiven) {
  const { t } = useTranslation();
  const [form] = Form.useForm<{ into?: number; day: dayjs.Dayjs }>();
  const done = useDone(campaign, close);
  const into = Form.useWatch("into", form);
  const merge = useMutation({
    mutationFn: ({ into: other, day }: { into?: number; day: dayjs.Dayjs }) =>
      ask("units.merge", { campaign, unit: unit.id, into: other ?? 0, day: day.format("YYYY-MM-DD") }),
    onSuccess: done,
  });
  return (
    <Dialog
      {...{ campaign, unit, close }}
      title={t("units.merge")}
      busy={merge.isPending}
      error={merge.error}
      submit={form.submit}
    >
      <Alert type="warning" title={t("units.mergeWords", { name: unit.name })} style={{ marginBottom: 16 }} />
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ day: dayjs(today) }} onFinish={merge.mutate}>
        <Form.Item
          name="into"
          label={t("units.into")}
          valuePropName="unit"
          trigger="choose"
          rules={[{ required: true, message: t("units.choose", { what: t("units.into") }) }]}
        >
          <UnitPicker campaign={campaign} unit={into ?? 0} choose={() => undefined} />
        </Form.Item>
        <Form.Item name="day" label={t("units.day")}>
          <DatePicker allowClear={false} />
        </Form.Item>
      </Form>
    </Dialog>
  );
}

export function RenameDialog({ campaign, unit, close }: DialogGiven) {
  const { t } = useTranslation();
  const [form] = Form.useForm<{ name: string }>();
  const done = useDone(campaign, close);
  const rename = useMutation({
    mutationFn: ({ name }: { name: string }) => ask("units.rename", { campaign, unit: unit.id, name: name.trim() }),
    onSuccess: ({ change }) => done({ change }),
  });
  return (
    <Dialog
      {...{ campaign, unit, close }}
      title={t("units.rename")}
      busy={rename.isPending}
      error={rename.error}
      submit={form.submit}
    >
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ name: unit.name }} onFinish={rename.mutate}>
        <Form.Item
          name="name"
          label={t("units.newName")}
          extra={t("units.renameWords")}
          rules={[
            { required: true, whitespace: true, message: t("units.choose", { what: t("units.newName") }) },
            { max: longestUnitName, message: t("units.tooLong", { most: longestUnitName }) },
          ]}
        >
          <Input.TextArea autoSize={{ minRows: 1, maxRows: 5 }} count={{ show: true, max: longestUnitName }} />
        </Form.Item>
      </Form>
    </Dialog>
  );
}
