import type { Money } from '#kernel';

/** `55.000 ₫`, written the same in both languages. */
export const formatDong = ({ amount }: Money): string => `${String(amount).replace(/\B(?=(\d{3})+$)/g, '.')} ₫`;
