/** The three administrators (三员): no person is two of them, and none of them handles what is recorded. */
export const duties = ["system_admin", "security_admin", "auditor"] as const;
export type Duty = (typeof duties)[number];

export const isDuty = (role: string): role is Duty => (duties as readonly string[]).includes(role);
