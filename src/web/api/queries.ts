/** What pages read, kept while it is fresh; one key an action and input. */
import { QueryClient, queryOptions } from "@tanstack/react-query";
import { ask, Problem } from "./client.ts";
import { whenBack } from "./reach.ts";
import type { Input, Name } from "./contract.ts";
import { keeping } from "../offline/kept-answers.ts";

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // Whether there is a network is seen by asking; what is kept here is found without one.
      networkMode: "always",
      refetchOnReconnect: true,
      // A server that restarts or a network that drops is tried again; a refusal stays one.
      retry: (times, error) => times < 3 && error instanceof Problem && (error.status === 0 || error.status >= 500),
    },
    // Without a network a write fails at once and says so; it is not sent later behind one's back.
    mutations: { networkMode: "always" },
  },
});

/** Reads again what failed for want of an answer or of a session; nothing that was to be written. */
export const readFailed = (): Promise<void> =>
  queries.refetchQueries({ predicate: ({ state }) => state.error instanceof Problem && !isRefusal(state.error) });
const isRefusal = ({ status }: Problem): boolean => status >= 400 && status < 500 && status !== 401;
whenBack(() => void readFailed());

export const reading = <N extends Name>(name: N, input: Input<N>) =>
  queryOptions({ queryKey: [name, input], queryFn: ({ signal }) => keeping(name, input, () => ask(name, input, signal)) });
