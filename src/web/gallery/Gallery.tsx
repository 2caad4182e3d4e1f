/** `/ui`: the components of the house in every state. Pictures of each section are compared in test/browser/ui.test.ts. */
import type { ReactNode } from "react";
import { queries, reading } from "../api/queries.ts";
import { antdSections } from "./antd-sections.tsx";
import { fieldSections } from "./field-sections.tsx";
import "./gallery.css";
import { buttonSections, houseSections } from "./house-sections.tsx";

// Nobody is signed in here; these are read by components that would ask the server.
queries.setQueryData(reading("access.me", {}).queryKey, {
  id: 1,
  login: "yx-office-2023",
  name: "张晓红",
  unit: 1,
  duty: null,
  grant: null,
  grants: [],
  person: null,
  first: null,
  rules: false,
});

const sections: Record<string, () => ReactNode> = { ...houseSections, ...antdSections, ...fieldSections, ...buttonSections };

export function Gallery() {
  return (
    <main className="page gallery">
      {Object.entries(sections).map(([name, Section]) => (
        <section key={name} id={name} aria-label={name}>
          <h2>{name}</h2>
          <Section />
        </section>
      ))}
    </main>
  );
}
