/** How to trust this server's own authority, device by device, with the fingerprint to compare; and http that leads to https. */
import { createServer, type Server } from "node:http";
import { isIP } from "node:net";
import { plainPagePolicy } from "./http-headers.ts";
import { derOf, fingerprintOf } from "./certificates.ts";

export const authorityType = "application/x-x509-ca-cert";

const ways: [device: string, steps: string[]][] = [
  [
    "安卓手机",
    [
      "点上面的“下载证书”。",
      "打开“设置”，搜索“CA证书”（在“安全”→“加密与凭据”→“安装证书”→“CA证书”里）。",
      "选“仍然安装”，再选刚下载的 ca.crt。",
      "完全关闭浏览器再打开，地址栏不再提示不安全就成了。",
    ],
  ],
  [
    "苹果手机、平板（iOS）",
    [
      "用 Safari 打开本页，点“下载证书”，选“允许”。",
      "打开“设置”，点最上面的“已下载描述文件”，点“安装”。",
      "再到“设置”→“通用”→“关于本机”→“证书信任设置”，打开这张证书的开关。这一步不做，仍会提示不安全。",
    ],
  ],
  [
    "Windows 电脑",
    [
      "点“下载证书”，双击下载的 ca.crt，点“安装证书”。",
      "选“本地计算机”（没有管理员权限的选“当前用户”），再选“将所有的证书都放入下列存储”，点“浏览”，选“受信任的根证书颁发机构”。",
      "点“下一步”“完成”，核对指纹后选“是”，重新打开浏览器。",
    ],
  ],
  [
    "银河麒麟、统信 UOS",
    [
      "浏览器（奇安信、360、Chromium、Firefox）：“设置”→搜索“证书”→“管理证书”→“授权机构”→“导入”，选 ca.crt，勾选“信任此证书用于标识网站”。",
      "需要全系统信任的，由管理员执行：sudo cp ca.crt /usr/local/share/ca-certificates/yibenzhang.crt，再执行 sudo update-ca-certificates。",
    ],
  ],
];

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** The page as HTML; `authority` is the PEM of the authority's certificate. */
export function authorityPage(authority: string): string {
  const lists = ways.map(
    ([device, steps]) => `<h2>${device}</h2><ol>${steps.map((step) => `<li>${escaped(step)}</li>`).join("")}</ol>`,
  );
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>信任本系统的证书</title><style>
:root{color-scheme:light dark}
body{max-width:42em;margin:0 auto;padding:32px 20px 64px;font:16px/1.75 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
h1{font-size:24px}h2{font-size:18px;margin-top:32px}
code{display:block;padding:12px 14px;border:1px solid;border-radius:6px;overflow-wrap:anywhere;font-size:15px}
a.get{display:inline-block;min-height:44px;padding:0 24px;border:1px solid;border-radius:6px;line-height:44px}
</style></head><body><main><h1>信任本系统的证书</h1>
<p>本系统在内网用自己的证书加密连接。每台设备只需办一次；办好以后，浏览器不再提示“不安全”，手机才能离线登记。</p>
<p><a class="get" href="/ca.crt" download="ca.crt">下载证书</a></p>
<p>安装前请与办公室公布的指纹（SHA-256）逐段核对，不一致的不要安装：</p><code>${fingerprintOf(authority)}</code>
${lists.join("\n")}</main></body></html>`;
}

/** A server on plain http: gives the certificate and its page, and leads everything else to https on `port`. */
export function openDoor(authority: string, port: number): Server {
  const page = authorityPage(authority);
  return createServer({ headersTimeout: 10_000, requestTimeout: 10_000 }, (request, response) => {
    const path = (request.url ?? "/").split("?")[0];
    if (request.method === "GET" && path === "/ca.crt") {
      response.writeHead(200, { "content-type": authorityType, "x-content-type-options": "nosniff" }).end(derOf(authority));
      return;
    }
    if (request.method === "GET" && path === "/ca") {
      response
        .writeHead(200, {
          "content-type": "text/html; charset=utf-8",
          "content-security-policy": plainPagePolicy(page),
          "x-content-type-options": "nosniff",
        })
        .end(page);
      return;
    }
    const name = hostIn(request.headers.host);
    // A program that is led on would not notice that it says its password aloud (OWASP ASVS 5.0, 4.1.2).
    const isProgram = path === "/api" || path?.startsWith("/api/") === true;
    if (name === undefined || isProgram) {
      response.writeHead(isProgram ? 403 : 400).end();
      return;
    }
    const place = `https://${name}${port === 443 ? "" : `:${port}`}${/^\/(?![/\\])/.test(request.url ?? "") ? request.url : "/"}`;
    response.writeHead(308, { location: place }).end();
  });
}

/** The host of a Host header, without its port; undefined for what is no host. */
function hostIn(header: string | undefined): string | undefined {
  const name = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d+)?$/i.exec(header ?? "")?.[1];
  return name !== undefined && (name.startsWith("[") ? isIP(name.slice(1, -1)) === 6 : true) ? name : undefined;
}
