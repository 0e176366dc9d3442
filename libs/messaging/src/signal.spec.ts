import { Signal } from './signal';

describe('A signal', () => {
  it('ends a wait, even if it rang before the wait began', async () => {
    const signal = new Signal();
    const waiting = signal.wait(60_000);
    signal.ring();
    await waiting;
    signal.ring();
    await signal.wait(60_000);
  });

  it('lets a caller wait for the given time at most, and ends the wait when the caller aborts it', async () => {
    const signal = new Signal();
    await signal.wait(1);
    const stop = new AbortController();
    const waiting = signal.wait(60_000, stop.signal);
    stop.abort();
    await waiting;
    await signal.wait(60_000, stop.signal);
  });

  it('calls the listeners when it is raised, not when it rings', () => {
    const signal = new Signal();
    let calls = 0;
    signal.onRaise(() => calls++);
    signal.ring();
    signal.raise();
    expect(calls).toBe(1);
  });
});
