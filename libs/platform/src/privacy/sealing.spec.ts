import type { Sealed } from '#kernel';
import { newKey, openWith, sealWith, whyNotOpened } from './sealing';

const subject = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';
const key = newKey();

/** The format of older values, without a key id. */
const withoutKeyId = ({ sealed }: Sealed): Sealed => ({ sealed: sealed.split('.').slice(0, 3).join('.'), subject });

const damaged = ({ sealed }: Sealed): Sealed => {
  const [form, nonce, body, ...rest] = sealed.split('.') as [string, string, string];
  return { sealed: [form, nonce, `${body.startsWith('A') ? 'B' : 'A'}${body.slice(1)}`, ...rest].join('.'), subject };
};

describe('A sealed value', () => {
  it('opens with its key, with or without a key id', () => {
    const value = sealWith(key, subject, 'Hoa');
    expect(openWith(key, value)).toBe('Hoa');
    expect(openWith(key, withoutKeyId(value))).toBe('Hoa');
  });

  it('opens in the format of an earlier build', () => {
    const stored = { sealed: 'v1.AAECAwQFBgcICQoL.UO6IKAKdFWt3YUF99tgjBlGy4w', subject };
    expect(openWith(Buffer.alloc(32, 7), stored)).toBe('Hoa');
  });

  it('has the same key id for all values of one key', () => {
    const keyIdOf = (value: Sealed) => value.sealed.split('.')[3];
    expect(keyIdOf(sealWith(key, subject, 'Hoa'))).toBe(keyIdOf(sealWith(key, subject, 'Lan')));
    expect(keyIdOf(sealWith(newKey(), subject, 'Hoa'))).not.toBe(keyIdOf(sealWith(key, subject, 'Hoa')));
  });

  it('shows, if it has a key id, whether it does not open because of another key or because of damage', () => {
    const [value, other] = [sealWith(key, subject, 'Hoa'), sealWith(newKey(), subject, 'Hoa')];
    for (const one of [damaged(value), other]) expect(() => openWith(key, one)).toThrow();
    expect(whyNotOpened(key, damaged(value))).toBe('damaged');
    expect(whyNotOpened(key, other)).toBe('other-key');
    expect(whyNotOpened(key, withoutKeyId(other))).toBe('other-key-or-damaged');
  });

  it('that is bound to an order and a field opens only in this order and this field', () => {
    const place = { order: '019ab3c4-0000-7000-8000-000000000009', field: 'token' };
    const value = sealWith(key, subject, 'tok_ok', place);
    expect(openWith(key, value, place)).toBe('tok_ok');
    expect(openWith(key, value, { field: 'token' })).toBe('tok_ok');
    const elsewhere = [{ ...place, field: 'note' }, { ...place, order: subject }, { field: 'note' }, undefined];
    for (const foundAt of elsewhere) {
      expect(() => openWith(key, value, foundAt)).toThrow();
      expect(whyNotOpened(key, value, foundAt)).toBe('other-place');
    }
    const relabelled = { ...value, sealed: value.sealed.replace(/token$/, 'note') };
    expect(() => openWith(key, relabelled, { ...place, field: 'note' })).toThrow();
    expect(whyNotOpened(key, relabelled, { ...place, field: 'note' })).toBe('damaged');
    expect(() => openWith(key, { ...value, sealed: value.sealed.replace('v2', 'v1') }, place)).toThrow();
  });

  it.each(['', 'v1', 'v1..', 'v1.a.b', 'v9.AAECAwQFBgcICQoL.AAAA'])('with the stored text %p does not open', (sealed) =>
    expect(() => openWith(key, { sealed, subject })).toThrow(),
  );
});
