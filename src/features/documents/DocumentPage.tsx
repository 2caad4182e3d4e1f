/** One document: written while it is a draft, read once it is final. */
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Skeleton } from "antd";
import { reading } from "#web/api/queries.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import { DraftPage } from "./DraftPage.tsx";
import { FinalPage } from "./FinalPage.tsx";
import "./documents.css";

export function DocumentPage() {
  const { campaign, document } = useParams({ from: "/c/$campaign/documents/$document" });
  const { data, error, refetch } = useQuery({
    ...reading("documents.get", { campaign, document }),
    // The editor takes it from here; a document read anew would be a second one beside what is being typed.
    staleTime: Infinity,
    gcTime: 0,
  });
  const { data: definition } = useQuery(reading("campaigns.get", { campaign }));
  const { data: me } = useQuery(reading("access.me", {}));
  if (error)
    return (
      <div className="page">
        <Wrong error={error} retry={refetch} />
      </div>
    );
  if (!data || !definition || !me)
    return (
      <div className="page">
        <Skeleton active paragraph={{ rows: 12 }} />
      </div>
    );
  return data.final ? (
    <FinalPage campaign={campaign} document={data} final={data.final} definition={definition} />
  ) : (
    <DraftPage
      key={document}
      campaign={campaign}
      document={data}
      definition={definition}
      account={me.id}
      reload={() => void refetch()}
    />
  );
}
