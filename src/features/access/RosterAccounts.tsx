/** Accounts for everyone of the roster who has none, or new codes for those who have not used theirs: a part at a time. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Form, Modal, Progress, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import { queries } from "#web/api/queries.ts";
import type { Slip } from "#web/ui/ActivationSlips.tsx";
import { UnitPicker } from "#web/ui/UnitPicker.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";

interface Given {
  campaign: string;
  what: "roster" | "codes";
  unit: number;
  roles: Output<"accounts.roles">["roles"];
  close: () => void;
  made: (slips: readonly Slip[]) => void;
}

export function RosterAccounts({ campaign, what, unit: first, roles, close, made }: Given) {
  const { t } = useTranslation();
  const [unit, setUnit] = useState(first);
  const [role, setRole] = useState<string>();
  const [part, setPart] = useState({ made: 0, of: 0 });
  const next = (after: number, limit?: number) => {
    const more = { campaign, unit, after, ...(limit === undefined ? {} : { limit }) };
    return what === "roster"
      ? ask("accounts.fromRoster", { ...more, ...(role === undefined ? {} : { role }) })
      : ask("accounts.renewCodes", more);
  };
  const count = useQuery({ queryKey: ["accounts.left", what, unit], queryFn: () => next(0, 0), staleTime: 0 });
  const left = count.data?.left ?? 0;
  const make = useMutation({
    mutationFn: async () => {
      const slips: Slip[] = [];
      for (let after = 0, more = left; more > 0;) {
        const answer = await next(after).catch((error: unknown) => {
          // What was made is not made again: its codes are to be seen, whatever stopped the rest.
          if (slips.length > 0) made(slips);
          throw error;
        });
        slips.push(...answer.accounts);
        ({ after, left: more } = answer);
        setPart({ made: slips.length, of: slips.length + more });
      }
      return slips;
    },
    onSuccess: (slips) => {
      close();
      if (slips.length > 0) made(slips);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["accounts.list"] }),
  });
  return (
    <Modal
      open
      title={t(`accounts.${what}`)}
      okText={t(`accounts.${what}Go`, { count: left })}
      okButtonProps={{ disabled: left === 0 || count.isPending, loading: make.isPending }}
      cancelButtonProps={{ disabled: make.isPending }}
      closable={!make.isPending}
      mask={{ closable: false }}
      onOk={() => make.mutate()}
      onCancel={close}
    >
      <p className="quiet">{t(`accounts.${what}Words`)}</p>
      <Form layout="vertical" disabled={make.isPending}>
        <Form.Item label={t("accounts.unit")}>
          <UnitPicker campaign={campaign} unit={unit} choose={setUnit} />
        </Form.Item>
        {what === "roster" && (
          <Form.Item label={t("accounts.role")} htmlFor="roster-role">
            <Select
              id="roster-role"
              showSearch={{ optionFilterProp: "label" }}
              allowClear
              placeholder={t("accounts.everyone")}
              value={role ?? null}
              onChange={(chosen: string | null | undefined) => setRole(chosen ?? undefined)}
              options={roles.map(({ key, name }) => ({ value: key, label: name }))}
            />
          </Form.Item>
        )}
      </Form>
      {count.data && left === 0 && !make.isPending && <p>{t(`accounts.${what}None`)}</p>}
      {make.isPending && part.of > 0 && <Progress percent={Math.floor((100 * part.made) / part.of)} status="active" />}
      {(count.error ?? make.error) && <Wrong error={(count.error ?? make.error) as Error} />}
    </Modal>
  );
}
