/** An amount in whole minor units of its currency. The đồng has no smaller unit, so 55000 is 55.000 ₫. */
export interface Money {
  readonly amount: number;
  readonly currency: 'VND';
}

/** Throws a RangeError for fractions, and for amounts above 2^53. */
export function vnd(amount: number): Money {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`not a whole amount of đồng: ${amount}`);
  return { amount, currency: 'VND' };
}

export const nothing: Money = vnd(0);

export const plus = (a: Money, b: Money): Money => vnd(a.amount + b.amount);
export const minus = (a: Money, b: Money): Money => vnd(a.amount - b.amount);
export const times = (a: Money, quantity: number): Money => vnd(a.amount * quantity);
export const sum = (amounts: readonly Money[]): Money => amounts.reduce(plus, nothing);
