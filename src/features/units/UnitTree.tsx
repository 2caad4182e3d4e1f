/** The tree of units on a day. A branch is asked for when it opens, and a text finds units anywhere in it. */
import { useQueries, useQuery } from "@tanstack/react-query";
import { Empty, Input, Skeleton, Tree } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Output } from "#web/api/contract.ts";
import { reading } from "#web/api/queries.ts";
import { useSettled } from "#web/ui/use-settled.ts";
import { Wrong } from "#web/ui/Wrong.tsx";

type Branch = Pick<Output<"units.children">["units"][number], "id" | "name" | "below">;

interface Given {
  campaign: string;
  top: number;
  unit: number;
  day: string | undefined;
  choose: (unit: number) => void;
}

interface Leaf {
  key: number;
  title: ReactNode;
  isLeaf: boolean;
  children?: Leaf[];
}

export function UnitTree({ campaign, top, unit, day, choose }: Given) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const wanted = useSettled(text.trim());
  const on = day === undefined ? {} : { day };
  const above = useQuery(reading("units.get", { campaign, unit, ...on })).data?.above;
  const root = useQuery(reading("units.get", { campaign, unit: top, ...on }));
  // What was opened or shut by hand; besides, the way down to the unit that is looked at is open.
  const [turned, setTurned] = useState<ReadonlyMap<number, boolean>>(new Map());
  const way = (above ?? []).map(({ id }) => id);
  const wide = [top, ...way.slice(0, way.indexOf(top) + 1), ...[...turned.keys()].filter((one) => turned.get(one))];
  const open = [...new Set(wide)].filter((one) => turned.get(one) !== false);
  // Asked for when it opens, and anew on another day or after a change.
  const opened = useQueries({
    queries: open.map((one) => reading("units.children", { campaign, unit: one, limit: 500, ...on })),
  });
  const branches = new Map(open.map((one, index) => [one, opened[index]?.data?.units]));
  const found = useQuery({
    ...reading("units.search", { campaign, text: wanted, limit: 50, ...on }),
    enabled: wanted !== "",
    placeholderData: (before) => before,
  });
  const leafOf = ({ id, name, below }: Branch): Leaf => {
    const children = branches.get(id);
    return {
      key: id,
      isLeaf: below === 0,
      title: (
        <span className="branch">
          {name} {below > 0 && <small className="quiet number">{below}</small>}
        </span>
      ),
      ...(children ? { children: children.map(leafOf) } : {}),
    };
  };
  return (
    <div className="unit-tree">
      <Input.Search
        allowClear
        placeholder={t("units.find")}
        aria-label={t("units.find")}
        value={text}
        loading={found.isFetching}
        onChange={(event) => setText(event.target.value)}
      />
      {root.error && <Wrong error={root.error} retry={root.refetch} />}
      {wanted !== "" ? (
        <ul className="found-units" aria-label={t("units.find")}>
          {found.data?.units.length === 0 && <Empty description={t("units.none")} />}
          {found.data?.units.map(({ id, name, path }) => (
            <li key={id}>
              <button type="button" aria-current={id === unit} onClick={() => choose(id)}>
                {name}
                <small className="quiet">{path.join(" › ")}</small>
              </button>
            </li>
          ))}
        </ul>
      ) : root.data ? (
        <Tree
          aria-label={t("units.tree")}
          blockNode
          height={640}
          selectedKeys={[unit]}
          expandedKeys={open}
          treeData={[leafOf({ ...root.data, below: root.data.below.length })]}
          onExpand={(_, { node, expanded }) => setTurned(new Map(turned).set(node.key, expanded))}
          onSelect={(_, { node }) => choose(node.key)}
        />
      ) : (
        !root.error && <Skeleton active />
      )}
    </div>
  );
}
