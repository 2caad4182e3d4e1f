/** Nothing is here yet: says so, and what to do next. */
import type { ReactNode } from "react";
import "./ui.css";

export function EmptyState({ title, next, action }: { title: string; next: string; action?: ReactNode }) {
  return (
    <div className="empty-state">
      <svg viewBox="0 0 64 48" aria-hidden="true">
        <path d="M8 6h34l14 0v36H8zM8 16h48M8 26h48M8 36h48M22 6v36" />
      </svg>
      <p className="empty-title">{title}</p>
      <p className="quiet">{next}</p>
      {action}
    </div>
  );
}
