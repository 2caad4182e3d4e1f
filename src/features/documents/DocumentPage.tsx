/** One document: written while it is a draft, read once it is final. */
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Skeleton } from "antd";
import { lazy, Suspense } from "react";
import { useDefinition } from "#web/api/definition.ts";
import { reading } from "#web/api/queries.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import { FinalPage } from "./FinalPage.tsx";
import "./documents.css";
import "./draft.css";

// The editor is heavy, and what is final needs none.
const DraftPage = lazy(() => import("./DraftPage.tsx").then(({ DraftPage: it }) => ({ default: it })));

export function DocumentPage() {
  const { campaign, document } = useParams({ from: "/c/$campaign/documents/$document" });
  const { data, error, refetch } = useQuery({
    ...reading("documents.get", { campaign, document }),
    // The editor takes it from here; a document read anew would be a second one beside what is being typed.
    staleTime: Infinity,
    gcTime: 0,
  });
  const { data: definition, error: unknown, refetch: readAgain } = useDefinition(campaign);
  const { data: me } = useQuery(reading("access.me", {}));
  const wrong = error ?? unknown;
  if (wrong)
    return (
      <div className="page">
        <Wrong error={wrong} retry={() => Promise.all([refetch(), readAgain()])} />
      </div>
    );
  const waiting = (
    <div className="page">
      <Skeleton active paragraph={{ rows: 12 }} />
    </div>
  );
  if (!data || !definition || !me) return waiting;
  return data.final ? (
    <FinalPage campaign={campaign} document={data} final={data.final} definition={definition} />
  ) : (
    <Suspense fallback={waiting}>
      <DraftPage
        key={document}
        campaign={campaign}
        document={data}
        definition={definition}
        account={me.id}
        reload={() => void refetch()}
      />
    </Suspense>
  );
}
