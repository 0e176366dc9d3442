import { commit, demandOf, release, reserve, unlistedSkus, type Holding, type Reservation, type Stock } from './stock';

const beans: Stock = { item: 'beans', variantId: 'v-beans', sku: 'BEANS', onHand: 5, reserved: 1, version: 3 };
const milk: Stock = { item: 'milk', variantId: null, sku: 'MILK', onHand: 2, reserved: 0, version: 1 };
const shelf: Holding = { stock: [beans, milk] };
const holding = (reservation: Reservation): Holding => ({ reservation, stock: [beans, milk] });
const lines = [{ sku: 'BEANS', quantity: 2 }];

describe('Reserving stock', () => {
  it('sets aside every line', () => {
    const wanted = [
      { sku: 'MILK', quantity: 2 },
      { sku: 'BEANS', quantity: 4 },
    ];
    const bySku = [
      { ...wanted[1], item: 'beans' },
      { ...wanted[0], item: 'milk' },
    ];
    expect(reserve(shelf, wanted)).toEqual({
      answer: { kind: 'reserved', lines: bySku },
      changes: {
        reservation: { state: 'reserved', lines: bySku },
        movements: [
          { item: 'beans', sku: 'BEANS', kind: 'reserved', onHand: 0, reserved: 4 },
          { item: 'milk', sku: 'MILK', kind: 'reserved', onHand: 0, reserved: 2 },
        ],
      },
    });
  });

  it('sets aside nothing when one line is short, and tells which', () => {
    const short = [{ sku: 'MILK', quantity: 3, available: 2 }];
    const decision = reserve(shelf, [...lines, { sku: 'MILK', quantity: 3 }]);
    expect(decision.answer).toEqual({ kind: 'short', short });
    expect(decision.changes).toEqual({
      reservation: { state: 'released', lines: [], restocked: false, short },
      movements: [],
    });
  });

  it('sums two lines of one SKU before it looks', () => {
    const twice = [
      { sku: 'MILK', quantity: 1 },
      { sku: 'MILK', quantity: 2 },
    ];
    expect(demandOf(twice, shelf.stock)).toEqual([{ sku: 'MILK', quantity: 3, item: 'milk' }]);
    expect(reserve(shelf, twice).answer).toEqual({
      kind: 'short',
      short: [{ sku: 'MILK', quantity: 3, available: 2 }],
    });
  });

  it('means the variant, whatever it is called now, and never what is called so by now', () => {
    const renamed: Stock = { ...beans, sku: 'BEANS-2' };
    const usurper: Stock = { ...milk, variantId: 'v-milk', sku: 'BEANS' };
    const line = { sku: 'BEANS', variantId: 'v-beans', quantity: 1 };
    const both = { stock: [usurper, renamed] };
    expect(reserve(both, [line]).changes?.movements).toMatchObject([{ item: 'beans', sku: 'BEANS-2' }]);
    expect(unlistedSkus([line], [usurper])).toEqual(['BEANS']);
    expect(demandOf([line, { sku: 'BEANS-2', quantity: 2 }], both.stock)).toMatchObject([{ quantity: 3 }]);
  });

  it('knows stock that was there before variants were known by its SKU', () => {
    const line = { sku: 'MILK', variantId: 'v-milk', quantity: 1 };
    expect(reserve(shelf, [line]).changes?.movements).toMatchObject([{ item: 'milk' }]);
  });

  it('counts what is set aside for others as gone', () => {
    expect(reserve(shelf, [{ sku: 'BEANS', quantity: 5 }]).answer.kind).toBe('short');
  });

  it('finds nothing of a SKU nobody listed', () => {
    const unknown = [{ sku: 'TEA', quantity: 1 }];
    expect(unlistedSkus(unknown, shelf.stock)).toEqual(['TEA']);
    expect(reserve(shelf, unknown).answer).toEqual({ kind: 'short', short: [{ ...unknown[0], available: 0 }] });
  });

  it.each(['reserved', 'committed'] as const)(
    'asked again once %s, gives the same answer and moves nothing',
    (state) => {
      expect(reserve(holding({ state, lines }), lines)).toEqual({ answer: { kind: 'reserved', lines } });
    },
  );

  it('asked again after it was short, gives the same answer, also when there is enough by now', () => {
    const short = [{ sku: 'BEANS', quantity: 2, available: 1 }];
    expect(reserve(holding({ state: 'released', lines: [], restocked: false, short }), lines)).toEqual({
      answer: { kind: 'short', short },
    });
  });

  it('is refused once the order was released, though there would be enough', () => {
    expect(reserve(holding({ state: 'released', lines: [], restocked: false }), lines)).toEqual({
      answer: { kind: 'short', short: [{ sku: 'BEANS', quantity: 2, available: 0 }] },
    });
  });

  it.each([0, -1, 1.5])('takes no quantity of %s', (quantity) => {
    expect(() => reserve(shelf, [{ sku: 'BEANS', quantity }])).toThrow(RangeError);
  });
});

describe('Committing stock', () => {
  it('takes what is reserved off the shelf', () => {
    expect(commit(holding({ state: 'reserved', lines }))).toEqual({
      answer: { kind: 'committed', lines },
      changes: {
        reservation: { state: 'committed', lines },
        movements: [{ item: 'beans', sku: 'BEANS', kind: 'committed', onHand: -2, reserved: -2 }],
      },
    });
  });

  it('asked again, gives the same answer and moves nothing', () => {
    expect(commit(holding({ state: 'committed', lines }))).toEqual({ answer: { kind: 'committed', lines } });
  });

  it('is refused once released', () => {
    const decision = commit(holding({ state: 'released', lines, restocked: false }));
    expect(decision.answer.kind).toBe('commit-refused');
    expect(decision.changes).toBeUndefined();
  });

  it('is refused without a reservation, and no later one is made', () => {
    const decision = commit(shelf);
    expect(decision.answer.kind).toBe('commit-refused');
    expect(decision.changes).toEqual({
      reservation: { state: 'released', lines: [], restocked: false },
      movements: [],
    });
  });
});

describe('Releasing stock', () => {
  it('gives back what is reserved', () => {
    expect(release(holding({ state: 'reserved', lines }))).toEqual({
      answer: { kind: 'released', lines, restocked: false },
      changes: {
        reservation: { state: 'released', lines, restocked: false },
        movements: [{ item: 'beans', sku: 'BEANS', kind: 'reservation-released', onHand: 0, reserved: -2 }],
      },
    });
  });

  it('puts back what was committed', () => {
    expect(release(holding({ state: 'committed', lines }))).toEqual({
      answer: { kind: 'released', lines, restocked: true },
      changes: {
        reservation: { state: 'released', lines, restocked: true },
        movements: [{ item: 'beans', sku: 'BEANS', kind: 'restocked', onHand: 2, reserved: 0 }],
      },
    });
  });

  it('of what was committed and is waste by now moves nothing, and notes it', () => {
    const reservation = { state: 'released', lines, restocked: false, wasted: true } as const;
    expect(release(holding({ state: 'committed', lines }), true)).toEqual({
      answer: { kind: 'released', lines, restocked: false, wasted: true },
      changes: { reservation, movements: [{ item: 'beans', sku: 'BEANS', kind: 'waste', onHand: 0, reserved: 0 }] },
    });
    for (const waste of [true, false])
      expect(release(holding(reservation), waste)).toEqual({
        answer: { kind: 'released', lines, restocked: false, wasted: true },
      });
  });

  it('of what never left the shelf gives it back, waste or not', () => {
    expect(release(holding({ state: 'reserved', lines }), true).answer).toEqual({
      ...{ kind: 'released', lines, restocked: false },
    });
  });

  it.each([true, false])('asked again, gives the same answer and moves nothing (restocked: %s)', (restocked) => {
    expect(release(holding({ state: 'released', lines, restocked }))).toEqual({
      answer: { kind: 'released', lines, restocked },
    });
  });

  it('heard before the reservation, forbids it', () => {
    expect(release(shelf)).toEqual({
      answer: { kind: 'released', lines: [], restocked: false },
      changes: { reservation: { state: 'released', lines: [], restocked: false }, movements: [] },
    });
  });
});
