import { hash } from '@node-rs/argon2';
import { Passwords } from './passwords.adapter';

describe('A password', () => {
  const passwords = new Passwords();
  const composed = 'một mật khẩu dài'.normalize('NFC');
  const decomposed = composed.normalize('NFD');

  it('matches for composed and decomposed letters', async () => {
    expect(await passwords.matches(decomposed, await passwords.hash(composed))).toBe(true);
    expect(await passwords.matches(composed, await passwords.hash(decomposed))).toBe(true);
    expect(await passwords.matches(composed.replace(/ /g, '\u00a0'), await passwords.hash(composed))).toBe(true);
  });

  it('that was stored as it was typed still matches', async () => {
    expect(await passwords.matches(decomposed, await hash(decomposed))).toBe(true);
  });

  it('that was stored as it was typed gets the hash of its normal form, and then matches in every form', async () => {
    const typed = decomposed.replace(/ /g, '\u00a0');
    const stored = await hash(typed);
    expect(await passwords.matches(composed, stored)).toBe(false);
    const next = (await passwords.rehashIfOld(typed, stored))!;
    for (const spelling of [typed, composed, decomposed]) expect(await passwords.matches(spelling, next)).toBe(true);
    expect(await passwords.rehashIfOld(typed, next)).toBeUndefined();
    expect(await passwords.rehashIfOld(composed, next)).toBeUndefined();
  });

  it('does not match if upper and lower case differ, or if there is no account', async () => {
    expect(await passwords.matches(composed.toUpperCase(), await passwords.hash(composed))).toBe(false);
    expect(await passwords.matches(composed, undefined)).toBe(false);
  });
});
