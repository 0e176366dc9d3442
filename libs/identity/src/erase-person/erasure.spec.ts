import { erasureOf, erasureParts } from './erasure';

const asked = { id: 'e', subject: 's', kind: 'guest', askedAt: '2026-11-23T03:00:00.000Z' } as const;
const at = (minute: number) => `2026-11-23T03:0${minute}:00.000Z`;
const all = Object.fromEntries(erasureParts.map((name, minute) => [name, at(minute)]));

describe('An erasure', () => {
  it('is under way until every context has answered', () => {
    const { cart: _, ...most } = all;
    expect(erasureOf(asked, most)).toMatchObject({ state: 'under-way', doneAt: null });
    expect(erasureOf(asked, most).contexts).toContainEqual({ name: 'cart', done: false, at: null });
  });

  it('is done when the last context has answered', () => {
    expect(erasureOf(asked, all)).toMatchObject({ state: 'done', doneAt: at(5) });
    expect(erasureOf(asked, all).contexts).toContainEqual({ name: 'cart', done: true, at: at(2) });
  });
});
