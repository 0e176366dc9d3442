import { ClientGone, Slices } from './slices';

/** Takes about a millisecond. */
const work = (): void => {
  for (const end = performance.now() + 1; performance.now() < end;);
};
const many = Array.from({ length: 60 }, (_, index) => index);

describe('Long work in slices', () => {
  it('handles every item in order, and lets other work run in between', async () => {
    let turns = 0;
    let over = false;
    const other = (): void => {
      turns += 1;
      if (!over) setImmediate(other);
    };
    setImmediate(other);
    const doubled = await new Slices().map(many, (one) => (work(), one * 2));
    over = true;
    expect(doubled).toEqual(many.map((one) => one * 2));
    expect(turns).toBeGreaterThan(1);
  });

  it('ends if the client disconnects', async () => {
    const gone = new AbortController();
    let done = 0;
    const working = new Slices(gone.signal).each(many, () => {
      work();
      done += 1;
      gone.abort();
    });
    await expect(working).rejects.toThrow(ClientGone);
    expect(done).toBeLessThan(many.length);
  });
});
