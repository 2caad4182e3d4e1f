import AppContext, { type useAppProps } from "antd/es/app/context";
import { useContext } from "react";

/** `message`, `notification` and `modal` of antd; unlike `App.useApp`, importing this brings none of their code. */
export const useSayings = (): useAppProps => useContext(AppContext);
