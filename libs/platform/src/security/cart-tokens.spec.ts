import { cartTokens, cartTokensOf } from '../../../../test/support/cart-tokens';
import { parseGuestTokenState, formatGuestTokenState } from './cart-tokens';

const order = { cartVersion: 3, placedAt: '2026-11-29T03:04:05.678901Z' };
const key = (letter: string) => Buffer.alloc(32, letter).toString('base64');

describe('A cart token', () => {
  it('is read by the shop that issued it', () => {
    const token = cartTokens.issue();
    expect(cartTokens.read(token.text)).toEqual(token);
    expect(token).toMatchObject({ since: 0, guestHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(Math.abs(token.issuedAt - Date.now() / 1000)).toBeLessThan(60);
    expect(cartTokens.issue().guestHash).not.toBe(token.guestHash);
  });

  it('is ignored if the shop did not issue it', () => {
    const { text } = cartTokens.issue();
    const notIssued = [
      undefined,
      7,
      null,
      '',
      'attacker-chosen-token',
      'a'.repeat(64),
      text.slice(1),
      `${text}A`,
      ` ${text}`,
    ];
    for (const one of notIssued) expect([one, cartTokens.read(one)]).toEqual([one, undefined]);
    expect(cartTokensOf(key('x')).read(text)).toBeUndefined();
  });

  it('is invalid if a single letter is changed', () => {
    const { text } = cartTokens.issue();
    for (let at = 0; at < text.length; at++)
      for (const letter of ['A', 'B', '_']) {
        const altered = `${text.slice(0, at)}${letter}${text.slice(at + 1)}`;
        if (altered !== text) expect([altered, cartTokens.read(altered)]).toEqual([altered, undefined]);
      }
  });

  it('is followed by a next token after an order, which belongs to the same guest and is equal each time it is computed', () => {
    const token = cartTokens.issue();
    const next = cartTokens.after(token, order);
    expect(next).toEqual({ ...token, text: next.text, since: 3, issuedAt: Date.parse('2026-11-29T03:04:05Z') / 1000 });
    expect(next.text).not.toBe(token.text);
    expect(cartTokens.after(token, order)).toEqual(next);
    expect(cartTokens.read(next.text)).toEqual(next);
    expect(cartTokens.after(next, { ...order, cartVersion: 5 }).guestHash).toBe(token.guestHash);
  });

  it('is valid if it was issued with a former secret, and new tokens are issued with the current secret', () => {
    const [before, now] = [cartTokensOf(key('a')), cartTokensOf(key('b'), key('a'))];
    const old = before.issue();
    expect(now.read(old.text)).toEqual(old);
    const next = now.after(old, order).text;
    expect([now.read(next)?.guestHash, before.read(next)]).toEqual([old.guestHash, undefined]);
    expect(cartTokensOf(key('b')).read(old.text)).toBeUndefined();
  });
});

describe('The guest in an access token', () => {
  it('is read from its text; the text of an older build contains no guest', () => {
    const token = cartTokens.issue();
    const { guestHash, since, issuedAt } = token;
    expect(parseGuestTokenState(formatGuestTokenState(token))).toEqual({ guestHash, since, issuedAt });
    for (const text of [undefined, '', guestHash, `${guestHash}.1`, `${guestHash}.-1.2`, `x${guestHash}.1.2`])
      expect(parseGuestTokenState(text)).toBeUndefined();
  });
});
