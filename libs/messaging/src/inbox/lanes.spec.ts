import { Lanes } from './lanes';

const gate = () => {
  let open = () => undefined as void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
};

describe('Lanes', () => {
  it('handle as many keys at once as the limit of each lane allows', async () => {
    const lanes = new Lanes((lane) => (lane === 'slow' ? 1 : 2));
    const begun: string[] = [];
    const gates = [gate(), gate(), gate(), gate()];
    const add = (lane: string, index: number) =>
      lanes.add({ lane, rows: [index] }, async () => {
        begun.push(`${lane} ${index}`);
        await gates[index].opened;
      });
    add('slow', 0);
    add('slow', 1);
    add('fast', 2);
    add('fast', 3);
    expect(begun).toEqual(['slow 0', 'fast 2', 'fast 3']);
    expect([lanes.wantsMore('slow'), lanes.wantsMore('fast')]).toEqual([false, true]);
    gates[0].open();
    await gates[0].opened;
    await new Promise(setImmediate);
    expect(begun).toContain('slow 1');
    for (const { open } of gates) open();
    await lanes.waitUntilIdle();
  });

  it('return the groups that have not started', async () => {
    const lanes = new Lanes(() => 1);
    const held = gate();
    lanes.add({ lane: 'a', rows: [1] }, () => held.opened);
    lanes.add({ lane: 'a', rows: [2, 3] }, () => held.opened);
    expect(lanes.removeWaiting()).toEqual([{ lane: 'a', rows: [2, 3] }]);
    held.open();
    await lanes.waitUntilIdle();
  });
});
