import { mergeByTime } from './merge-by-time';

const at = (seconds: number, name: string) => ({ at: `2026-11-23T03:00:0${seconds}.000000Z`, name });
const names = (entries: readonly { readonly name: string }[]) => entries.map(({ name }) => name).join(' ');

describe('The facts of an order and the messages about it', () => {
  it('are sorted by time, and a fact comes before a message of the same instant', () => {
    expect(names(mergeByTime([at(1, 'v1'), at(3, 'v2')], [at(3, 'paid'), at(2, 'reserved')]))).toBe(
      'v1 reserved v2 paid',
    );
  });

  it('keep the facts in version order, even if the clock was set back', () => {
    const facts = [at(3, 'v1'), at(5, 'v2'), at(1, 'v3'), at(5, 'v4')];
    expect(names(mergeByTime(facts, [at(4, 'paid'), at(6, 'mailed')]))).toBe('v1 paid v2 v3 v4 mailed');
  });
});
