import { MacKey } from '#platform/macs';
import { isLineMacValid, lineMac, type Line } from './line-mac';

const key = new MacKey(Buffer.alloc(32, 1).toString('base64'));
const line: Line = {
  journal: 'ordering.process_journal',
  identity: ['checkout', 'order-1', 3],
  told: { heard: 'paid', note: 'paid', asked: ['commit'], timers: null },
};
const mac = lineMac(key, line);

describe('The MAC of a line', () => {
  it('is the same for the same content', () => {
    // HMAC-SHA256 of the netstrings, computed without this code. Stored lines need the same value for ever.
    const known = '5fda4ab43b0196a9664cc6e20fce8a9ff6d7fb8a2be812d6e87bea68fddd15c7';
    expect(mac.toString('hex')).toBe(known);
  });

  it('does not depend on the order of the properties', () => {
    const told = { timers: null, asked: ['commit'], note: 'paid', heard: 'paid' };
    expect(isLineMacValid(key, { ...line, told }, mac)).toBe(true);
  });

  it.each<[string, Partial<Line>]>([
    ['of another journal', { journal: 'payments.process_journal' }],
    ['of another order', { identity: ['checkout', 'order-2', 3] }],
    ['with another number', { identity: ['checkout', 'order-1', 4] }],
    ['whose identity is split at another place', { identity: ['checkoutorder', '-1', 3] }],
    ['with other content', { told: { ...line.told, note: 'Paid' } }],
    ['with a missing property', { told: { heard: 'paid', note: 'paid', asked: ['commit'] } }],
    ['with an empty list instead of null', { told: { ...line.told, timers: [] } }],
  ])('is invalid for a line %s', (_, change) => {
    expect(isLineMacValid(key, { ...line, ...change }, mac)).toBe(false);
  });

  it('is invalid with another key, and valid with a former key', () => {
    const secret = (byte: number) => Buffer.alloc(32, byte).toString('base64');
    expect(isLineMacValid(new MacKey(secret(2)), line, mac)).toBe(false);
    expect(isLineMacValid(new MacKey(secret(2), [secret(1)]), line, mac)).toBe(true);
  });

  it('is invalid for content that is nested too deep', () => {
    let deep: object = {};
    for (let depth = 0; depth < 100_000; depth++) deep = { deep };
    expect(isLineMacValid(key, { ...line, told: deep }, mac)).toBe(false);
  });
});
