/** A picture for cameras, drawn here; beside it stands in words what it says. Dark on white also in the dark. */
import { QRCode } from "antd";

export const QrCode = ({ text, size }: { text: string; size: number }) => (
  <span aria-hidden style={{ display: "inline-block", padding: 6, background: "#ffffff", lineHeight: 0 }}>
    <QRCode type="svg" value={text} size={size} color="#000000" bgColor="#ffffff" bordered={false} style={{ padding: 0 }} />
  </span>
);
