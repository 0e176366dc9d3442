import { MacKey } from '#platform/macs';
import { lineHolds, lineMac, type Line } from './line-mac';

const key = new MacKey(Buffer.alloc(32, 1).toString('base64'));
const line: Line = {
  journal: 'ordering.process_journal',
  identity: ['checkout', 'order-1', 3],
  told: { heard: 'paid', note: 'paid', asked: ['commit'], timers: null },
};
const mac = lineMac(key, line);

describe('The MAC of a line', () => {
  it('can be made again from what it was made from', () => {
    // HMAC-SHA256 of the netstrings, worked out apart from this code: what was written under it must stay good.
    const known = '5fda4ab43b0196a9664cc6e20fce8a9ff6d7fb8a2be812d6e87bea68fddd15c7';
    expect(mac.toString('hex')).toBe(known);
  });

  it('does not depend on the order in which the database prints names', () => {
    const told = { timers: null, asked: ['commit'], note: 'paid', heard: 'paid' };
    expect(lineHolds(key, { ...line, told }, mac)).toBe(true);
  });

  it.each<[string, Partial<Line>]>([
    ['of another journal', { journal: 'payments.process_journal' }],
    ['of another order', { identity: ['checkout', 'order-2', 3] }],
    ['with another number', { identity: ['checkout', 'order-1', 4] }],
    ['whose words are cut elsewhere', { identity: ['checkoutorder', '-1', 3] }],
    ['that says something else', { told: { ...line.told, note: 'Paid' } }],
    ['that says less', { told: { heard: 'paid', note: 'paid', asked: ['commit'] } }],
    ['that says nothing where it said null', { told: { ...line.told, timers: [] } }],
  ])('does not hold for a line %s', (_, change) => {
    expect(lineHolds(key, { ...line, ...change }, mac)).toBe(false);
  });

  it('does not hold under another key, and holds under a former one', () => {
    const secret = (byte: number) => Buffer.alloc(32, byte).toString('base64');
    expect(lineHolds(new MacKey(secret(2)), line, mac)).toBe(false);
    expect(lineHolds(new MacKey(secret(2), [secret(1)]), line, mac)).toBe(true);
  });

  it('does not hold for what is nested deeper than anything that the shop writes', () => {
    let deep: object = {};
    for (let depth = 0; depth < 100_000; depth++) deep = { deep };
    expect(lineHolds(key, { ...line, told: deep }, mac)).toBe(false);
  });
});
