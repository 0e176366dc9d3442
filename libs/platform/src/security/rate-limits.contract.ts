import type { RateLimits } from './rate-limits';

/** What every store of the limits must do. */
export function rateLimitsContract(name: string, open: () => Promise<RateLimits> | RateLimits): void {
  describe(`Rate limits ${name}`, () => {
    let limits: RateLimits;
    const key = (n: number) => `test:${process.pid}:${Date.now()}:${n}`;
    const hit = (at: string, ttl = 60_000) => limits.increment(at, ttl, 2, ttl, 'api');
    beforeAll(async () => {
      limits = await open();
    });

    it('count up to the limit, and refuse beyond it', async () => {
      const at = key(1);
      const counted = [await hit(at), await hit(at), await hit(at)];
      expect(counted.map(({ totalHits, isBlocked }) => [totalHits, isBlocked])).toEqual([[1, false], [2, false], [3, true]]); // prettier-ignore
      expect(counted[2].timeToExpire).toBeGreaterThan(55);
    });

    it('count keys apart', async () => {
      await hit(key(2));
      expect((await hit(key(3))).totalHits).toBe(1);
    });

    it('take one back, and never below nothing', async () => {
      const at = key(4);
      await limits.giveBack(at);
      await hit(at);
      await limits.giveBack(at);
      await limits.giveBack(at);
      expect((await hit(at)).totalHits).toBe(1);
    });

    it('begin anew when the window is over', async () => {
      const at = key(5);
      await hit(at, 30);
      await hit(at, 30);
      await new Promise((over) => setTimeout(over, 60));
      expect((await hit(at, 30)).totalHits).toBe(1);
    });

    it('lose no hit that comes at once with others', async () => {
      const at = key(6);
      const counted = await Promise.all(Array.from({ length: 20 }, () => hit(at)));
      expect(counted.map(({ totalHits }) => totalHits).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1)); // prettier-ignore
    });
  });
}
