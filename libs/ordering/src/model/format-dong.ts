import type { Money } from '#kernel';

/** Formats an amount as `55.000 ₫`, in the same way for both languages. */
export const formatDong = ({ amount }: Money): string => `${String(amount).replace(/\B(?=(\d{3})+$)/g, '.')} ₫`;
