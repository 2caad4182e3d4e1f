import { useEffect, useState } from "react";

/** A value once it has not changed for a quarter of a second: what is typed, when it is worth asking for. */
export function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 250);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
