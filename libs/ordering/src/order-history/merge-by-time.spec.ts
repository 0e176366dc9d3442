import { mergeByTime } from './merge-by-time';

const at = (seconds: number, name: string) => ({ at: `2026-11-23T03:00:0${seconds}.000000Z`, name });
const names = (entries: readonly { readonly name: string }[]) => entries.map(({ name }) => name).join(' ');

describe('What happened around an order', () => {
  it('is told in the order of time; of one instant the order itself comes first', () => {
    expect(names(mergeByTime([at(1, 'v1'), at(3, 'v2')], [at(3, 'paid'), at(2, 'reserved')]))).toBe(
      'v1 reserved v2 paid',
    );
  });

  it('keeps the versions in order where the clock was set back, and where it stood still', () => {
    const facts = [at(3, 'v1'), at(5, 'v2'), at(1, 'v3'), at(5, 'v4')];
    expect(names(mergeByTime(facts, [at(4, 'paid'), at(6, 'mailed')]))).toBe('v1 paid v2 v3 v4 mailed');
  });
});
