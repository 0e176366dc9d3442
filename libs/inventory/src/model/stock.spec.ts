import { commit, demandOf, release, reserve, unlistedSkus, type Holding, type Reservation, type Stock } from './stock';

const beans: Stock = { item: 'beans', variantId: 'v-beans', sku: 'BEANS', onHand: 5, reserved: 1, version: 3 };
const milk: Stock = { item: 'milk', variantId: null, sku: 'MILK', onHand: 2, reserved: 0, version: 1 };
const shelf: Holding = { stock: [beans, milk] };
const holding = (reservation: Reservation): Holding => ({ reservation, stock: [beans, milk] });
const lines = [{ sku: 'BEANS', quantity: 2 }];

describe('Reserving stock', () => {
  it('reserves every line', () => {
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

  it('reserves nothing when one line is short, and names that line', () => {
    const short = [{ sku: 'MILK', quantity: 3, available: 2 }];
    const decision = reserve(shelf, [...lines, { sku: 'MILK', quantity: 3 }]);
    expect(decision.answer).toEqual({ kind: 'short', short });
    expect(decision.changes).toEqual({
      reservation: { state: 'released', lines: [], restocked: false, short },
      movements: [],
    });
  });

  it('adds the quantities of two lines of one SKU first', () => {
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

  it('uses the stock of the variant, also if another variant has the SKU now', () => {
    const renamed: Stock = { ...beans, sku: 'BEANS-2' };
    const otherVariant: Stock = { ...milk, variantId: 'v-milk', sku: 'BEANS' };
    const line = { sku: 'BEANS', variantId: 'v-beans', quantity: 1 };
    const both = { stock: [otherVariant, renamed] };
    expect(reserve(both, [line]).changes?.movements).toMatchObject([{ item: 'beans', sku: 'BEANS-2' }]);
    expect(unlistedSkus([line], [otherVariant])).toEqual(['BEANS']);
    expect(demandOf([line, { sku: 'BEANS-2', quantity: 2 }], both.stock)).toMatchObject([{ quantity: 3 }]);
  });

  it('finds old stock without a variant by its SKU', () => {
    const line = { sku: 'MILK', variantId: 'v-milk', quantity: 1 };
    expect(reserve(shelf, [line]).changes?.movements).toMatchObject([{ item: 'milk' }]);
  });

  it('does not count goods that other orders have reserved', () => {
    expect(reserve(shelf, [{ sku: 'BEANS', quantity: 5 }]).answer.kind).toBe('short');
  });

  it('finds no stock of an unknown SKU', () => {
    const unknown = [{ sku: 'TEA', quantity: 1 }];
    expect(unlistedSkus(unknown, shelf.stock)).toEqual(['TEA']);
    expect(reserve(shelf, unknown).answer).toEqual({ kind: 'short', short: [{ ...unknown[0], available: 0 }] });
  });

  it.each(['reserved', 'committed'] as const)(
    'repeated in the state %s gives the same answer and moves nothing',
    (state) => {
      expect(reserve(holding({ state, lines }), lines)).toEqual({ answer: { kind: 'reserved', lines } });
    },
  );

  it('gives the same answer when it is repeated after a shortage, also when there is enough now', () => {
    const short = [{ sku: 'BEANS', quantity: 2, available: 1 }];
    expect(reserve(holding({ state: 'released', lines: [], restocked: false, short }), lines)).toEqual({
      answer: { kind: 'short', short },
    });
  });

  it('is refused after the order was released, also if there is enough stock', () => {
    expect(reserve(holding({ state: 'released', lines: [], restocked: false }), lines)).toEqual({
      answer: { kind: 'short', short: [{ sku: 'BEANS', quantity: 2, available: 0 }] },
    });
  });

  it.each([0, -1, 1.5])('refuses a quantity of %s', (quantity) => {
    expect(() => reserve(shelf, [{ sku: 'BEANS', quantity }])).toThrow(RangeError);
  });
});

describe('Committing stock', () => {
  it('takes reserved goods off the shelf', () => {
    expect(commit(holding({ state: 'reserved', lines }))).toEqual({
      answer: { kind: 'committed', lines },
      changes: {
        reservation: { state: 'committed', lines },
        movements: [{ item: 'beans', sku: 'BEANS', kind: 'committed', onHand: -2, reserved: -2 }],
      },
    });
  });

  it('gives the same answer and moves nothing when it is repeated', () => {
    expect(commit(holding({ state: 'committed', lines }))).toEqual({ answer: { kind: 'committed', lines } });
  });

  it('is refused after a release', () => {
    const decision = commit(holding({ state: 'released', lines, restocked: false }));
    expect(decision.answer.kind).toBe('commit-refused');
    expect(decision.changes).toBeUndefined();
  });

  it('is refused without a reservation, and no later reservation is possible', () => {
    const decision = commit(shelf);
    expect(decision.answer.kind).toBe('commit-refused');
    expect(decision.changes).toEqual({
      reservation: { state: 'released', lines: [], restocked: false },
      movements: [],
    });
  });
});

describe('Releasing stock', () => {
  it('makes reserved goods available again', () => {
    expect(release(holding({ state: 'reserved', lines }))).toEqual({
      answer: { kind: 'released', lines, restocked: false },
      changes: {
        reservation: { state: 'released', lines, restocked: false },
        movements: [{ item: 'beans', sku: 'BEANS', kind: 'reservation-released', onHand: 0, reserved: -2 }],
      },
    });
  });

  it('puts committed goods back on the shelf', () => {
    expect(release(holding({ state: 'committed', lines }))).toEqual({
      answer: { kind: 'released', lines, restocked: true },
      changes: {
        reservation: { state: 'released', lines, restocked: true },
        movements: [{ item: 'beans', sku: 'BEANS', kind: 'restocked', onHand: 2, reserved: 0 }],
      },
    });
  });

  it('of committed goods that are waste changes no level, and records the waste', () => {
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

  it('of goods that never left the shelf makes them available again, also if they are reported as waste', () => {
    expect(release(holding({ state: 'reserved', lines }), true).answer).toEqual({
      ...{ kind: 'released', lines, restocked: false },
    });
  });

  it.each([true, false])('gives the same answer and moves nothing when it is repeated (restocked: %s)', (restocked) => {
    expect(release(holding({ state: 'released', lines, restocked }))).toEqual({
      answer: { kind: 'released', lines, restocked },
    });
  });

  it('prevents a reservation that comes later', () => {
    expect(release(shelf)).toEqual({
      answer: { kind: 'released', lines: [], restocked: false },
      changes: { reservation: { state: 'released', lines: [], restocked: false }, movements: [] },
    });
  });
});
