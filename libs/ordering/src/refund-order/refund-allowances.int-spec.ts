import { vnd } from '#kernel';
import type { Config } from '#platform/config';
import type { UserCaller } from '#platform/security';
import { SystemIds } from '#platform/system';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { NothingToRefund } from '../model/order-errors';
import { RefundAllowances } from './refund-allowances.store';

const ids = new SystemIds();
let test: TestDatabase;
let now = new Date('2026-03-02T08:00:00Z');

beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

const allowances = (limit: number) =>
  new RefundAllowances(test.of('ordering'), { refundDailyLimitBarista: limit } as Config, { now: () => now });
const somebody = (role: UserCaller['role']) => ({ kind: 'user', userId: ids.next(), role }) as unknown as UserCaller;
const done = async () => 'done';

describe('The sum that a barista is allowed to refund', () => {
  const give = (who: UserCaller, amount: number, work: () => Promise<string> = done, limit = 100_000) =>
    allowances(limit).runWithin(who, { refundId: ids.next(), amount: vnd(amount) }, work);
  const limit = (amount: string) =>
    expect.objectContaining({ code: 'REFUND_LIMIT', kind: 'conflict', params: { amount, limit: '100.000 ₫' } });

  it('is limited for each person and day', async () => {
    const [an, binh] = [somebody('barista'), somebody('barista')];
    expect([await give(an, 60_000), await give(an, 40_000)]).toEqual(['done', 'done']);
    await expect(give(an, 1)).rejects.toEqual(limit('0 ₫'));
    await expect(give(binh, 100_001)).rejects.toEqual(limit('100.000 ₫'));
    expect(await give(binh, 100_000)).toBe('done');
  });

  it('starts again at midnight in Vietnam', async () => {
    const an = somebody('barista');
    now = new Date('2026-03-02T16:59:59Z');
    await give(an, 100_000);
    await expect(give(an, 1)).rejects.toEqual(limit('0 ₫'));
    now = new Date('2026-03-02T17:00:00Z');
    expect(await give(an, 100_000)).toBe('done');
  });

  it('is not exceeded by parallel refunds', async () => {
    const an = somebody('barista');
    const all = await Promise.allSettled(Array.from({ length: 8 }, () => give(an, 30_000)));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  });

  it('counts a refund whose result is unknown, but not a refund that was refused', async () => {
    const an = somebody('barista');
    const fails = (error: Error) => () => Promise.reject(error);
    await expect(give(an, 90_000, fails(new NothingToRefund()))).rejects.toThrow(NothingToRefund);
    await expect(give(an, 90_000, fails(new Error('connection lost')))).rejects.toThrow('connection lost');
    await expect(give(an, 10_001)).rejects.toEqual(limit('10.000 ₫'));
  });

  it('is zero if the limit is 0, but managers and admins have no limit', async () => {
    await expect(give(somebody('barista'), 1, done, 0)).rejects.toMatchObject({ code: 'FORBIDDEN', kind: 'forbidden' });
    expect(await give(somebody('manager'), 1_000_000_000, done, 0)).toBe('done');
    expect([allowances(0).isLimited(somebody('manager')), allowances(0).isLimited(somebody('admin'))]).toEqual([
      false,
      false,
    ]);
  });
});
