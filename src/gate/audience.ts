/** Who a caller belongs to, and who may see a method; each sees what those before it see. */
export const audiences = ['public', 'partner', 'internal'] as const;

export type Audience = (typeof audiences)[number];

/** Whether callers of `audience` may know that a method of that visibility exists. */
export function sees(audience: Audience, visibility: Audience): boolean {
  return audiences.indexOf(audience) >= audiences.indexOf(visibility);
}
