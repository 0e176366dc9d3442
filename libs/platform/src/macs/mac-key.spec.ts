import { MacKey } from './mac-key';

const secret = (letter: string) => Buffer.alloc(32, letter).toString('base64');

describe('A key for marks', () => {
  const key = new MacKey(secret('a'));

  it('knows its own mark, and no other', () => {
    const mac = key.of('one event');
    expect(key.holds('one event', mac)).toBe(true);
    expect(key.holds('another event', mac)).toBe(false);
    expect(key.holds('one event', mac.subarray(1))).toBe(false);
    expect(new MacKey(secret('b')).holds('one event', mac)).toBe(false);
  });

  it('knows the marks of the keys before it, and makes its own', () => {
    const changed = new MacKey(secret('b'), [secret('a')]);
    expect(changed.holds('one event', key.of('one event'))).toBe(true);
    expect(key.holds('one event', changed.of('one event'))).toBe(false);
  });
});
