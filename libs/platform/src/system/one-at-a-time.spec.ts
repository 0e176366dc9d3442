import { OneAtATime } from './one-at-a-time';

class Round {
  begun = 0;
  end: () => void = () => undefined;

  @OneAtATime()
  async go(): Promise<void> {
    this.begun += 1;
    await new Promise<void>((resolve) => (this.end = resolve));
    if (this.begun === 3) throw new Error('the third fails');
  }
}

describe('A method that runs one at a time', () => {
  it('shares a running call, and starts again afterwards, also after a failure', async () => {
    const round = new Round();
    const both = [round.go(), round.go()];
    expect(round.begun).toBe(1);
    round.end();
    await Promise.all(both);
    void round.go().catch(() => undefined);
    round.end();
    await new Promise(setImmediate);
    const third = round.go();
    round.end();
    await expect(third).rejects.toThrow('the third fails');
    void round.go();
    expect(round.begun).toBe(4);
  });

  it('is separate for each object', () => {
    const [one, other] = [new Round(), new Round()];
    void one.go();
    void other.go();
    expect([one.begun, other.begun]).toEqual([1, 1]);
  });
});
