/** How someone wants to see a ledger. */
import type { Filter } from "./filter.types.ts";

export interface Shown {
  /** In this order; columns that the ledger no longer has are left out where it is shown. */
  columns?: string[] | undefined;
  where?: Filter | undefined;
  sort?: string | undefined;
  order?: "asc" | "desc" | undefined;
}

export interface View {
  id: string;
  name: string;
  shown: Shown;
  own: boolean;
  shared: boolean;
  /** The unit that shares it. */
  unitName: string | null;
}
