/** Where messages and questions of antd appear; see Sayings. */
import { App } from "antd";
import type { useAppProps } from "antd/es/app/context";
import { useEffect } from "react";

function Voice({ ready }: { ready: (sayings: useAppProps) => void }) {
  const sayings = App.useApp();
  useEffect(() => ready(sayings), [ready, sayings]);
  return undefined;
}

export function Speaker({ ready }: { ready: (sayings: useAppProps) => void }) {
  return (
    <App component={false}>
      <Voice ready={ready} />
    </App>
  );
}
