import { ClientGone, Slices } from './slices';

/** Takes about a millisecond. */
const work = (): void => {
  for (const end = performance.now() + 1; performance.now() < end;);
};
const items = Array.from({ length: 60 }, (_, index) => index);

describe('Long work in slices', () => {
  it('handles every item in order, and lets other work run in between', async () => {
    let turns = 0;
    let isDone = false;
    const other = (): void => {
      turns += 1;
      if (!isDone) setImmediate(other);
    };
    setImmediate(other);
    const doubled = await new Slices().map(items, (one) => (work(), one * 2));
    isDone = true;
    expect(doubled).toEqual(items.map((one) => one * 2));
    expect(turns).toBeGreaterThan(1);
  });

  it('ends if the client disconnects', async () => {
    const gone = new AbortController();
    let done = 0;
    const working = new Slices(gone.signal).each(items, () => {
      work();
      done += 1;
      gone.abort();
    });
    await expect(working).rejects.toThrow(ClientGone);
    expect(done).toBeLessThan(items.length);
  });
});
