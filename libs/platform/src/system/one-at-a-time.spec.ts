import { OneAtATime } from './one-at-a-time';

class Round {
  startCount = 0;
  end: () => void = () => undefined;

  @OneAtATime()
  async go(): Promise<void> {
    this.startCount += 1;
    await new Promise<void>((resolve) => (this.end = resolve));
    if (this.startCount === 3) throw new Error('the third fails');
  }
}

describe('A method that runs one at a time', () => {
  it('shares a running call between its callers, and runs again at the next call, even after a failure', async () => {
    const round = new Round();
    const both = [round.go(), round.go()];
    expect(round.startCount).toBe(1);
    round.end();
    await Promise.all(both);
    void round.go().catch(() => undefined);
    round.end();
    await new Promise(setImmediate);
    const third = round.go();
    round.end();
    await expect(third).rejects.toThrow('the third fails');
    void round.go();
    expect(round.startCount).toBe(4);
  });

  it('runs separately for each object', () => {
    const [one, other] = [new Round(), new Round()];
    void one.go();
    void other.go();
    expect([one.startCount, other.startCount]).toEqual([1, 1]);
  });
});
