/** The head of a page: its title with help beside it, a quiet note under it, and the tools at the right. */
import { useState, type ReactNode } from "react";
import type { HelpWords } from "./Help.tsx";
import { HelpButton } from "./HelpButton.tsx";
import { later } from "./later.tsx";

const Help = later(async () => (await import("./Help.tsx")).Help);

/** Without `help` of its own a page has that of its place, which the shell gives. */
export function PageHead({
  title,
  note,
  help,
  children,
}: {
  title: string;
  note?: ReactNode;
  help?: HelpWords;
  children?: ReactNode;
}) {
  const [open, setOpen] = useState(false);
  return (
    <div className="page-head">
      <div className="page-title">
        <h1>{title}</h1>
        <HelpButton open={help && (() => setOpen(true))} />
        {note && <div className="quiet">{note}</div>}
      </div>
      {children && <div className="page-tools">{children}</div>}
      {help && open && <Help {...help} close={() => setOpen(false)} />}
    </div>
  );
}
