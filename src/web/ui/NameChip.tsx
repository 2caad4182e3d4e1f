/** A person or a unit by name. Forty characters stand in full, two hundred are cut and readable in the title. */
import "./ui.css";

export function NameChip({ kind, name, also }: { kind: "person" | "unit"; name: string; also?: string }) {
  return (
    <span className={`name-chip ${kind}`} title={also ? `${name}（${also}）` : name}>
      <span className="name">{name}</span>
      {also && <span className="quiet">{also}</span>}
    </span>
  );
}
