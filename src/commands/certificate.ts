import { isAbsolute, relative } from "node:path";
import { daysLeft, fingerprintOf, hostsOf, makeCertificates } from "#platform/certificates.ts";
import { readConfig } from "#platform/config.ts";
import { exits, UsageError, type Command } from "./command.ts";

export const certificate: Command = {
  name: "certificate",
  summary: "生成或更新内网 https 的证书",
  help: `用法：yibenzhang certificate [--host 地址或主机名]…
在数据文件夹的 tls 里生成自己的证书机构和服务器证书，供 yibenzhang serve --https 使用。
已有证书机构的只换服务器证书，各设备不必重新信任；不写 --host 时沿用原来的地址，首次则用本机的全部地址。
证书机构只能为首次写明的地址签发。以后要换地址的，须删除 tls 文件夹重新生成，各设备重新信任。

  --host 地址        浏览器打开系统用的地址或主机名，如 10.0.0.5（可写多个）

退出码：0 已生成；1 失败；2 用法不对。`,
  options: { host: { type: "string", multiple: true } },
  async run(call) {
    if (call.args.length > 0) throw new UsageError(certificate.help);
    const { dataDir } = readConfig();
    const hosts = (call.flags["host"] as string[] | undefined) ?? [];
    const now = new Date();
    const made = await makeCertificates(dataDir, hosts, now);
    const shown = relative(process.cwd(), dataDir);
    call.print(`服务器证书已生成，用于 ${hostsOf(made.cert).join("、")}，${daysLeft(made.cert, now)}天内有效，到期前自动更新。`);
    call.print(`证书机构：${isAbsolute(shown) || shown.startsWith("..") ? dataDir : shown}/tls/ca.crt`);
    call.print(`指纹（SHA-256）：${fingerprintOf(made.authority)}`);
    call.print("正在运行的服务六小时内换用新证书，重新启动则立即换用。密钥只有本机管理员可读，请随数据文件夹一起备份。");
    return exits.ok;
  },
};
