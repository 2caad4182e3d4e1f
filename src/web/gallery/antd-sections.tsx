/** antd's components as the house's tokens make them. */
import { Alert, Button, Checkbox, Input, Pagination, Radio, Segmented, Select, Space, Steps, Switch, Tabs, Tag } from "antd";
import type { ReactNode } from "react";
import { ListTable } from "../ui/ListTable.tsx";
import { StatusMark } from "../ui/StatusMark.tsx";

const rows = [
  { key: 1, unit: "东区纪委", times: 12, people: 3742, status: "ok" as const },
  { key: 2, unit: "西区纪委", times: 8, people: 96, status: "soon" as const },
  { key: 3, unit: "市纪委监委派驻市人民政府国有资产监督管理委员会纪检监察组", times: 0, people: 0, status: "late" as const },
];

export const antdSections: Record<string, () => ReactNode> = {
  buttons: () => (
    <Space wrap>
      <Button type="primary">登记</Button>
      <Button>取消</Button>
      <Button danger>撤销</Button>
      <Button type="primary" danger>
        删除
      </Button>
      <Button type="text">更多</Button>
      <Button type="link">查看记录</Button>
      <Button disabled>不能提交</Button>
      <Button type="primary" disabled>
        登记
      </Button>
      <Button size="small">小</Button>
    </Space>
  ),
  inputs: () => (
    <div className="gallery-grid">
      <Input aria-label="空" placeholder="按名称查找" />
      <Input aria-label="已填" defaultValue="学习党的二十大精神" allowClear />
      <Input aria-label="有错" status="error" defaultValue="2023-02-30" />
      <Input aria-label="停用" disabled defaultValue="由系统编号" />
      <Input.Password aria-label="口令" defaultValue="12345678" />
      <Input.Search aria-label="查找" placeholder="查找" />
    </div>
  ),
  choosing: () => (
    <Space wrap size={16}>
      <Checkbox defaultChecked>已报送</Checkbox>
      <Checkbox>未报送</Checkbox>
      <Radio defaultChecked>本级</Radio>
      <Radio>下级</Radio>
      <Switch defaultChecked aria-label="开" />
      <Switch aria-label="关" />
      <Segmented options={["周", "月", "季"]} />
      <Select aria-label="状态" defaultValue="整改中" options={[{ value: "整改中" }]} style={{ width: 120 }} />
    </Space>
  ),
  tags: () => (
    <Space wrap>
      <Tag>整改中</Tag>
      <Tag color="success">已批复</Tag>
      <Tag color="warning">待补正</Tag>
      <Tag color="error">已退回</Tag>
      <Tag color="processing">审核中</Tag>
    </Space>
  ),
  alerts: () => (
    <div style={{ display: "grid", gap: 8 }}>
      <Alert type="success" showIcon title="新增2条，修改0条，不变0条，退回1条。" />
      <Alert type="info" showIcon title="本期间截至 6 月 15 日。" />
      <Alert type="warning" showIcon title="有 3 个单位还没有报送。" />
      <Alert type="error" showIcon title="没有成功" description="“活动日期”2023-02-30不存在。" />
    </div>
  ),
  tabs: () => (
    <>
      <Tabs
        items={[
          { key: "units", label: "按单位", children: "各单位的数字" },
          { key: "records", label: "记录", children: "记录" },
          { key: "off", label: "停用", disabled: true },
        ]}
      />
      <Steps
        size="small"
        style={{ marginTop: 12 }}
        current={1}
        items={[{ title: "选文件" }, { title: "核对" }, { title: "导入" }]}
      />
      <Pagination size="small" total={120} pageSize={50} style={{ marginTop: 12 }} />
    </>
  ),
  table: () => (
    <ListTable
      label="各单位"
      dataSource={rows}
      columns={[
        { title: "单位", dataIndex: "unit" },
        { title: "场次", align: "right", className: "number", dataIndex: "times" },
        { title: "人次", align: "right", className: "number", dataIndex: "people" },
        { title: "进度", render: (_, { status }) => <StatusMark status={status} /> },
      ]}
    />
  ),
};
