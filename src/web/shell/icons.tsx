/** The signs of places and tools: one stroke, drawn for the house, in the colour of the text beside them. */
import type { Place } from "./places.ts";

export type Sign = Place | "more" | "search" | "help" | "person" | "choose" | "bell";

const paths: Record<Sign, string> = {
  me: "M5 5h14v15H5zM9 3v4M15 3v4M8.5 13l2.5 2.5 4.5-4.5",
  record: "M4 20h16M6 16.5V13L15.5 3.5l3.5 3.5L9.5 16.5zM13 6l3.5 3.5",
  ledgers: "M4 4.5h16v15H4zM4 9.5h16M4 14.5h16M10 4.5v15",
  figures: "M4 20h16M6.5 20v-7M12 20V4.5M17.5 20V9.5",
  documents: "M6 3.5h8.5L19 8v12.5H6zM14 3.5V8.5h5M9 12.5h7M9 16.5h7",
  import: "M12 3.5v11M7.5 10.5 12 15l4.5-4.5M4 15.5v4.5h16v-4.5",
  units: "M9 3.5h6v5H9zM3.5 15.5h6v5h-6zM14.5 15.5h6v5h-6zM12 8.5V12M6.5 15.5V12h11v3.5",
  admin: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  search: "M10.5 4.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM15 15l5 5",
  help: "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.7.4-1.1.9-1.1 1.8M12 16.5h.01",
  bell: "M6 17V11a6 6 0 0 1 12 0v6l1.5 1.5h-15zM10 21h4M12 5V3",
  choose: "M8.5 10 12 6.5 15.5 10M8.5 14l3.5 3.5 3.5-3.5",
  person: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4.5 20.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6",
};

export function Icon({ sign }: { sign: Sign }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[sign]} />
    </svg>
  );
}
