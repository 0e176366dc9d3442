import { Signal } from './signal';

describe('A signal', () => {
  it('ends a wait, also when it rang before anyone waited', async () => {
    const signal = new Signal();
    const waiting = signal.wait(60_000);
    signal.ring();
    await waiting;
    signal.ring();
    await signal.wait(60_000);
  });

  it('waits no longer than told, nor when all stops', async () => {
    const signal = new Signal();
    await signal.wait(1);
    const stop = new AbortController();
    const waiting = signal.wait(60_000, stop.signal);
    stop.abort();
    await waiting;
    await signal.wait(60_000, stop.signal);
  });

  it('tells others when it is raised, not when it rings', () => {
    const signal = new Signal();
    let told = 0;
    signal.onRaise(() => told++);
    signal.ring();
    signal.raise();
    expect(told).toBe(1);
  });
});
