import type { Uuid } from '#kernel';

const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'; // Crockford's alphabet: no I, L, O, U, which are easily misread

/**
 * The number on the receipt, such as `261123-4F7K2-9QXWM`. It has the day, then 50 bits of the order's id: the 32 low
 * bits of the millisecond, and 18 random bits. If two orders are placed in the same millisecond, the chance that their
 * numbers are equal is 1 in 262,144.
 */
export function orderNumber(orderId: Uuid, placedAt: string): string {
  const hex = orderId.replaceAll('-', '');
  let bits = (BigInt(`0x${hex.slice(4, 12)}`) << 18n) | (BigInt(`0x${hex.slice(20)}`) & 0x3ffffn);
  let text = '';
  for (let i = 0; i < 10; i += 1, bits >>= 5n) text = letters[Number(bits & 31n)] + text;
  return `${placedAt.slice(2, 10).replaceAll('-', '')}-${text.slice(0, 5)}-${text.slice(5)}`;
}
