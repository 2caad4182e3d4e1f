/** What pages read, kept while it is fresh; one key an action and input. */
import { QueryClient, queryOptions } from "@tanstack/react-query";
import { ask, Problem } from "./client.ts";
import type { Input, Name } from "./contract.ts";

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // A server that restarts or a network that drops is tried again; a refusal stays one.
      retry: (times, error) => times < 3 && error instanceof Problem && (error.status === 0 || error.status >= 500),
    },
  },
});

export const reading = <N extends Name>(name: N, input: Input<N>) =>
  queryOptions({ queryKey: [name, input], queryFn: ({ signal }) => ask(name, input, signal) });
