import { MacKey } from './mac-key';

const secret = (letter: string) => Buffer.alloc(32, letter).toString('base64');

describe('A MAC key', () => {
  const key = new MacKey(secret('a'));

  it('accepts a MAC only if it was computed with this key from the same text', () => {
    const mac = key.of('one event');
    expect(key.holds('one event', mac)).toBe(true);
    expect(key.holds('another event', mac)).toBe(false);
    expect(key.holds('one event', mac.subarray(1))).toBe(false);
    expect(new MacKey(secret('b')).holds('one event', mac)).toBe(false);
  });

  it('accepts MACs of the former keys, and computes MACs with the current key', () => {
    const changed = new MacKey(secret('b'), [secret('a')]);
    expect(changed.holds('one event', key.of('one event'))).toBe(true);
    expect(key.holds('one event', changed.of('one event'))).toBe(false);
  });
});
