/** A button as antd draws it, of plain elements: for pages that open on a slow phone, where antd would weigh as much as they do. */
import type { ComponentProps } from "react";
import "./plain-button.css";

type Given = Omit<ComponentProps<"button">, "className"> & {
  kind?: "primary" | "danger" | undefined;
  /** As wide and high as a thumb likes it. */
  wide?: boolean;
  busy?: boolean;
};

export function PlainButton({ kind, wide = false, busy = false, children, ...given }: Given) {
  return (
    <button
      type="button"
      {...given}
      className={["plain-button", kind, wide && "wide"].filter(Boolean).join(" ")}
      disabled={busy || given.disabled}
      aria-busy={busy}
    >
      {busy && <span className="busy" aria-hidden />}
      {children}
    </button>
  );
}
