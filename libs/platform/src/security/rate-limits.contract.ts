import { eventually } from '../../../../test/support/eventually';
import type { RateLimits } from './rate-limits';

/** The tests that every implementation of `RateLimits` must pass. */
export function rateLimitsContract(name: string, open: () => Promise<RateLimits> | RateLimits): void {
  describe(`Rate limits ${name}`, () => {
    let limits: RateLimits;
    const keyFor = (n: number) => `test:${process.pid}:${Date.now()}:${n}`;
    const hit = (key: string, ttl = 60_000) => limits.increment(key, ttl, 2, ttl, 'api');
    beforeAll(async () => {
      limits = await open();
    });

    it('count up to the limit, and refuse further hits', async () => {
      const key = keyFor(1);
      const counted = [await hit(key), await hit(key), await hit(key)];
      expect(counted.map(({ totalHits, isBlocked }) => [totalHits, isBlocked])).toEqual([[1, false], [2, false], [3, true]]); // prettier-ignore
      expect(counted[2].timeToExpire).toBeGreaterThan(55);
    });

    it('count each key separately', async () => {
      await hit(keyFor(2));
      expect((await hit(keyFor(3))).totalHits).toBe(1);
    });

    it('are read without counting, several at once', async () => {
      const [counted, untouched, once] = [keyFor(4), keyFor(7), keyFor(8)];
      await limits.countAll([counted], 60_000);
      await limits.countAll([counted, once], 60_000);
      const look = async () => (await limits.read([counted, untouched, once])).map(({ hits }) => hits);
      expect([await look(), await look()]).toEqual([[2, 0, 1], [2, 0, 1]]); // prettier-ignore
      const left = (await limits.read([counted]))[0].endsAt - performance.now();
      expect(left).toBeGreaterThan(50_000);
      expect(left).toBeLessThanOrEqual(60_000);
    });

    it('remember keys for a time', async () => {
      const [long, short] = [keyFor(9), keyFor(10)];
      await limits.remember([long], 60_000);
      await limits.remember([long], 60_000);
      await limits.remember([short], 30);
      expect((await limits.read([long, short])).map(({ hits }) => hits)).toEqual([1, 1]);
      await new Promise((over) => setTimeout(over, 60));
      expect((await limits.read([long, short])).map(({ hits }) => hits)).toEqual([1, 0]);
    });

    it('count hits at once below a given number, and nothing above it', async () => {
      const key = keyFor(11);
      await limits.increment(key, 60_000, 10, 60_000, 'api');
      const counted = [3, 3, 3].map((most) => limits.countBelow(key, 60_000, most)?.hits);
      expect(counted.map((hits) => hits !== undefined)).toEqual([true, true, false]);
      await eventually(async () => expect((await limits.read([key]))[0].hits).toBe(3));
      expect((await limits.increment(key, 60_000, 10, 60_000, 'api')).totalHits).toBe(4);
    });

    it('include the hits counted at once after the next counted hit', async () => {
      const key = keyFor(12);
      const count = () => limits.increment(key, 60_000, 10, 60_000, 'api');
      await count();
      expect(limits.countBelow(key, 60_000, 5)).toBeDefined();
      await count();
      expect(limits.countBelow(key, 60_000, 3)).toBeUndefined();
      expect(limits.countBelow(key, 60_000, 4)?.hits).toBe(4);
    });

    it('begin again when the window is over', async () => {
      const key = keyFor(5);
      await hit(key, 30);
      await hit(key, 30);
      await new Promise((over) => setTimeout(over, 60));
      expect((await hit(key, 30)).totalHits).toBe(1);
    });

    it('lose no hit of parallel requests', async () => {
      const key = keyFor(6);
      const counted = await Promise.all(Array.from({ length: 20 }, () => hit(key)));
      expect(counted.map(({ totalHits }) => totalHits).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1)); // prettier-ignore
    });
  });
}
