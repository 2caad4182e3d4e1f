/** The words of a tile's box: what its figure counts, and which units have none yet. */
import { useTranslation } from "react-i18next";
import type { Asked, Surroundings } from "./asked.tsx";
import { expectedOf } from "./expected.tsx";
import { exactly, says } from "./numbers.types.ts";

export function FigureWords({ asked, figure }: { asked: Asked; figure: string }) {
  const { t } = useTranslation();
  const found = asked.figures.find(({ key }) => key === figure);
  if (!found) return undefined;
  const { name, key, note, text, value, unit } = found;
  return (
    <div className="figure-words">
      <strong>{`${name}（${key}）`}</strong>
      <p>{asked.words.get(key)?.words}</p>
      {note && <p>{note}</p>}
      {!says(text, value) && <p>{t("figures.exact", { value: exactly(value, unit) })}</p>}
    </div>
  );
}

/** So many units are named; of more only the number. */
const most = 12;

export function CoverageWords({ around, figure }: { around: Surroundings; figure: string }) {
  const { t } = useTranslation();
  const { kinds, all, has, lacking } = expectedOf(around.coverage?.units ?? [], around.without.get(figure) ?? []);
  const names = lacking
    .slice(0, most)
    .map(({ name }) => name)
    .join("、");
  return (
    <div className="figure-words">
      <p>{t("figures.coverageWords", { all, has })}</p>
      {kinds.map(({ kind, own, has: some }) => (
        <div key={kind}>{t("figures.coverageKind", { kind: kind ?? t("figures.otherKind"), all: own.length, has: some })}</div>
      ))}
      {lacking.length > 0 && (
        <p>
          {t("figures.without", {
            names: lacking.length > most ? t("figures.andMore", { names, count: lacking.length }) : names,
          })}
        </p>
      )}
    </div>
  );
}
