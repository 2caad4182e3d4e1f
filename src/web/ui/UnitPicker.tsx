/** Chooses a unit of those below one's own. Units are asked for as branches open or a text is looked for: a nation has many. */
import { useQuery } from "@tanstack/react-query";
import { TreeSelect } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries, reading } from "../api/queries.ts";
import { useUnitsFound } from "./use-units.ts";

interface Node {
  id: number;
  /** None at the top. */
  pId: number | null;
  value: number;
  title: string;
  isLeaf: boolean;
}

export function UnitPicker({ campaign, unit, choose }: { campaign: string; unit: number; choose: (unit: number) => void }) {
  const { t } = useTranslation();
  const [nodes, setNodes] = useState<readonly Node[]>([]);
  const [text, setText] = useState("");
  const own = useQuery(reading("campaigns.get", { campaign })).data?.unit ?? 0;
  const top = useQuery({ ...reading("units.get", { campaign, unit: own }), enabled: own > 0 }).data;
  const chosen = useQuery({ ...reading("units.get", { campaign, unit }), enabled: unit > 0 }).data;
  const found = useUnitsFound(campaign, text);
  const open = async (pId: number): Promise<void> => {
    const { units } = await queries.fetchQuery(reading("units.children", { campaign, unit: pId, limit: 500 }));
    const fresh = units.map(({ id, name, below }) => ({ id, pId, value: id, title: name, isLeaf: below === 0 }));
    setNodes((old) => [...old.filter((node) => node.pId !== pId), ...fresh]);
  };
  const root: Node[] = top ? [{ id: own, pId: null, value: own, title: top.name, isLeaf: top.below.length === 0 }] : [];
  const listed = found.units.map(({ id, name, path }) => {
    const above = path.at(-1);
    return { id, pId: null, value: id, title: above === undefined ? name : `${name}（${above}）`, isLeaf: true };
  });
  return (
    <TreeSelect<{ value: number; label: string }>
      aria-label={t("unit")}
      labelInValue
      treeDataSimpleMode
      showSearch={{ filterTreeNode: false, searchValue: text, onSearch: setText }}
      treeData={text.trim() === "" ? [...root, ...nodes] : listed}
      loadData={({ value }) => open(Number(value))}
      value={{ value: unit, label: chosen?.name ?? "" }}
      onChange={({ value }) => {
        setText("");
        choose(value);
      }}
      treeDefaultExpandedKeys={[own]}
      key={own}
      loading={found.pending}
      popupMatchSelectWidth={340}
      styles={{ popup: { root: { maxHeight: 480 } } }}
      style={{ minWidth: 220, maxWidth: "min(100%, 24em)" }}
    />
  );
}
