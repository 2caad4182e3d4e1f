/** A field of the quick form: its name, its input and what is wrong with it. */
import type { FieldDefinition } from "#kernel/definitions.ts";
import type { Value } from "#kernel/values/cell.ts";
import type { Fault } from "#web/offline/kept.types.ts";
import { QuickInput } from "./QuickInput.tsx";

interface Given {
  campaign: string;
  field: FieldDefinition;
  unit: number;
  value: Value | undefined;
  fault: Fault | undefined;
  change: (value: Value) => void;
}

export const inputId = (name: string): string => `field-${name}`;

export function QuickField({ fault, ...given }: Given) {
  const { field } = given;
  const id = inputId(field.name);
  // Several buttons are no single input that a label could be for.
  const several = field.type === "boolean" || field.type === "choices" || field.type === "people";
  const Box = several ? "fieldset" : "div";
  const name = (
    <>
      {field.name}
      {field.required && (
        <span aria-hidden className="must">
          {" "}
          *
        </span>
      )}
      {field.unit && <span className="quiet">（{field.unit}）</span>}
    </>
  );
  return (
    <Box className={field.type === "longtext" || field.type === "people" ? "field wide" : "field"}>
      {several ? <legend>{name}</legend> : <label htmlFor={id}>{name}</label>}
      <QuickInput {...given} id={id} invalid={fault !== undefined} />
      {fault && (
        <p className="fault" id={`${id}-fault`}>
          {fault.suggestion ? `${fault.reason}（${fault.suggestion}）` : fault.reason}
        </p>
      )}
    </Box>
  );
}
