import type { IncomingMessage } from 'node:http';
import { askerIn, Doorman, isFromThisMachine, PerMinute, Places, Turns } from '.';

const from = (remoteAddress: string, forwarded?: string) =>
  ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage;

describe('Places', () => {
  it('are bounded for one key and in all, and can be taken again when they were given back', () => {
    const places = new Places(2, 3);
    const [first, second] = [places.take('a'), places.take('a')];
    expect(places.take('a')).toBeUndefined();
    expect(places.take('b')).toBeDefined();
    expect(places.take('c')).toBeUndefined();
    expect(places.take()).toBeUndefined();
    first!();
    first!(); // counts once
    expect(places.take('a')).toBeDefined();
    expect(places.take('c')).toBeUndefined();
    second!();
    expect(places.take()).toBeDefined();
  });
});

describe('So many a minute', () => {
  it('are allowed to each key, and again in the next minute', () => {
    let now = 0;
    const visits = new PerMinute(2, () => now);
    expect(['a', 'a', 'a', 'b'].map((key) => visits.allows(key))).toEqual([true, true, false, true]);
    now = 60_000;
    expect(visits.allows('a')).toBe(true);
  });
});

describe('Turns', () => {
  it('are taken one after another, also after one that failed', async () => {
    const turns = new Turns();
    const done: string[] = [];
    let finish: () => void = () => undefined;
    const first = turns.next(async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      done.push('first');
      throw new Error('no');
    });
    const second = turns.next(() => done.push('second'));
    await new Promise(setImmediate);
    expect(done).toEqual([]);
    finish();
    await expect(first).rejects.toThrow('no');
    await second;
    expect(done).toEqual(['first', 'second']);
  });
});

describe('Who sent a request', () => {
  it.each([
    ['192.0.2.1', undefined, '192.0.2.1'],
    ['192.0.2.1', '198.51.100.7', '192.0.2.1'],
    ['10.1.2.3', '198.51.100.7', '198.51.100.7'],
    ['::ffff:10.1.2.3', '203.0.113.9, 198.51.100.7, 10.0.0.1', '198.51.100.7'],
    ['10.1.2.3', undefined, '10.1.2.3'],
    ['10.1.2.3', 'nobody', '10.1.2.3'],
    ['2001:db8::1', '198.51.100.7', '198.51.100.7'],
  ])('%s, which speaks for %s, counts as %s', (peer, forwarded, asker) => {
    expect(askerIn(['10.0.0.0/8', '2001:db8::/32'])(from(peer, forwarded))).toBe(asker);
  });

  it('may be this machine', () => {
    expect(['127.0.0.1', '127.8.0.1', '::1', '192.0.2.1', ''].map(isFromThisMachine)).toEqual([true, true, true, false, false]); // prettier-ignore
  });
});

describe('The door of the sockets', () => {
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['performance'] }));
  afterEach(() => void jest.useRealTimers());

  const door = (ofOneAddress: number, inAll = 100) =>
    new Doorman({ ofOneAddress, inAll, addressOf: ({ socket }) => socket.remoteAddress || undefined });

  it('takes a place before a session is made, and the session keeps it', () => {
    const doorman = door(1);
    const request = from('192.0.2.1');
    expect(doorman.refuse(request)).toBeUndefined();
    expect(doorman.refuse(from('192.0.2.1'))).toMatch(/too many connections already/);
    const leave = doorman.letIn(request);
    jest.advanceTimersByTime(60_000);
    expect(doorman.refuse(from('192.0.2.1'))).toMatch(/too many connections already/);
    leave();
    expect(doorman.refuse(from('192.0.2.1'))).toBeUndefined();
  });

  it('gives the place back when no session is made of the request', () => {
    const doorman = door(1);
    doorman.refuse(from('192.0.2.1'));
    jest.advanceTimersByTime(5_000);
    expect(doorman.refuse(from('192.0.2.1'))).toBeUndefined();
  });

  it('refuses an address that comes and goes all the time', () => {
    const doorman = door(1);
    const refusals = Array.from({ length: 8 }, () => {
      const request = from('192.0.2.1');
      const refusal = doorman.refuse(request);
      if (refusal === undefined) doorman.letIn(request)();
      return refusal;
    });
    expect(refusals.filter((refusal) => refusal === undefined)).toHaveLength(6);
    expect(refusals.at(-1)).toMatch(/Try again in a minute/);
  });

  it('bounds all sessions, also of those whose address is not counted', () => {
    const doorman = door(0, 2);
    expect([from(''), from('192.0.2.1'), from('')].map((request) => doorman.refuse(request) === undefined)).toEqual([true, true, false]); // prettier-ignore
  });
});
