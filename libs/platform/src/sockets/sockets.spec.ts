import type { IncomingMessage } from 'node:http';
import { SessionAdmission, CallsPerMinute, Slots, WorkQueue } from '.';

const from = (remoteAddress: string, forwarded?: string) =>
  ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage;

describe('Slots', () => {
  it('are limited for each key and in total, and can be taken again after their release', () => {
    const slots = new Slots(2, 3);
    const [first, second] = [slots.take('a'), slots.take('a')];
    expect(slots.take('a')).toBeUndefined();
    expect(slots.take('b')).toBeDefined();
    expect(slots.take('c')).toBeUndefined();
    expect(slots.take()).toBeUndefined();
    first!();
    first!(); // `first` was called before, and a second call does nothing
    expect(slots.take('a')).toBeDefined();
    expect(slots.take('c')).toBeUndefined();
    second!();
    expect(slots.take()).toBeDefined();
  });
});

describe('CallsPerMinute', () => {
  it('allows a limited number of calls for each key, and counts anew in the next minute', () => {
    let now = 0;
    const calls = new CallsPerMinute(2, () => now);
    expect(['a', 'a', 'a', 'b'].map((key) => calls.allows(key))).toEqual([true, true, false, true]);
    now = 60_000;
    expect(calls.allows('a')).toBe(true);
  });
});

describe('WorkQueue', () => {
  it('runs one piece of work after another, even if a piece of work fails', async () => {
    const queue = new WorkQueue();
    const done: string[] = [];
    let finish: () => void = () => undefined;
    const first = queue.next(async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      done.push('first');
      throw new Error('no');
    });
    const second = queue.next(() => done.push('second'));
    await new Promise(setImmediate);
    expect(done).toEqual([]);
    finish();
    await expect(first).rejects.toThrow('no');
    await second;
    expect(done).toEqual(['first', 'second']);
  });
});

describe('SessionAdmission', () => {
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['performance'] }));
  afterEach(() => void jest.useRealTimers());

  const admissionWith = (mostPerAddress: number, mostInAll = 100) =>
    new SessionAdmission({ mostPerAddress, mostInAll, addressOf: ({ socket }) => socket.remoteAddress || undefined });

  it('reserves a slot before a session is created, and the session keeps it', () => {
    const admission = admissionWith(1);
    const request = from('192.0.2.1');
    expect(admission.reserveSlot(request)).toBeUndefined();
    expect(admission.reserveSlot(from('192.0.2.1'))).toMatch(/too many connections already/);
    const release = admission.keepSlot(request);
    jest.advanceTimersByTime(60_000);
    expect(admission.reserveSlot(from('192.0.2.1'))).toMatch(/too many connections already/);
    release();
    expect(admission.reserveSlot(from('192.0.2.1'))).toBeUndefined();
  });

  it('releases the slot if no session is created for the request', () => {
    const admission = admissionWith(1);
    admission.reserveSlot(from('192.0.2.1'));
    jest.advanceTimersByTime(5_000);
    expect(admission.reserveSlot(from('192.0.2.1'))).toBeUndefined();
  });

  it('refuses an address that connects again and again', () => {
    const admission = admissionWith(1);
    const refusals = Array.from({ length: 8 }, () => {
      const request = from('192.0.2.1');
      const refusal = admission.reserveSlot(request);
      if (refusal === undefined) admission.keepSlot(request)();
      return refusal;
    });
    expect(refusals.filter((refusal) => refusal === undefined)).toHaveLength(6);
    expect(refusals.at(-1)).toMatch(/Try again in a minute/);
  });

  it('limits the total of all sessions, including sessions of addresses without a limit', () => {
    const admission = admissionWith(0, 2);
    expect([from(''), from('192.0.2.1'), from('')].map((request) => admission.reserveSlot(request) === undefined)).toEqual([true, true, false]); // prettier-ignore
  });
});
