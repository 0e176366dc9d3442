import * as fc from 'fast-check';
import {
  available,
  commit,
  levelsAfter,
  release,
  reserve,
  type Answer,
  type Decision,
  type Reservation,
  type Stock,
} from './stock';

const skus = ['A', 'B', 'C'];
const orders = ['one', 'two', 'three', 'four'];

interface Asked {
  readonly order: string;
  readonly what: 'reserve' | 'commit' | 'release' | 'waste';
}
interface Warehouse {
  readonly shelf: ReadonlyMap<string, Stock>;
  readonly reservations: ReadonlyMap<string, Reservation>;
}

const quantities = fc.array(fc.record({ sku: fc.constantFrom(...skus), quantity: fc.integer({ min: 1, max: 6 }) }), {
  minLength: 1,
  maxLength: 4,
});
const wants = fc.tuple(quantities, quantities, quantities, quantities);
const requests = fc.array(
  fc.record({
    order: fc.constantFrom(...orders),
    what: fc.constantFrom<Asked['what'][]>('reserve', 'commit', 'release', 'waste'),
  }),
  { maxLength: 40 },
);
const levels = fc.tuple(...skus.map(() => fc.nat({ max: 12 })));
type Wants = typeof wants extends fc.Arbitrary<infer T> ? T : never;

const warehouseWith = (onHand: readonly number[]): Warehouse => ({
  shelf: new Map(
    skus.map((sku, i) => [sku, { item: sku, variantId: null, sku, onHand: onHand[i], reserved: 0, version: 1 }]),
  ),
  reservations: new Map(),
});

function ask(warehouse: Warehouse, { order, what }: Asked, wanted: Wants): [Warehouse, Answer] {
  const holding = { reservation: warehouse.reservations.get(order), stock: [...warehouse.shelf.values()] };
  const decide: Record<Asked['what'], () => Decision> = {
    reserve: () => reserve(holding, wanted[orders.indexOf(order)]),
    commit: () => commit(holding),
    release: () => release(holding),
    waste: () => release(holding, true),
  };
  const { answer, changes } = decide[what]();
  if (!changes) return [warehouse, answer];
  const shelf = new Map(warehouse.shelf);
  for (const level of levelsAfter(holding.stock, changes.movements)) shelf.set(level.item, level);
  return [{ shelf, reservations: new Map(warehouse.reservations).set(order, changes.reservation) }, answer];
}

const wastedOf = (warehouse: Warehouse, sku: string): number =>
  [...warehouse.reservations.values()]
    .flatMap((reservation) => (reservation.state === 'released' && reservation.wasted ? reservation.lines : []))
    .filter((line) => line.sku === sku)
    .reduce((sum, line) => sum + line.quantity, 0);

const heldBy = (warehouse: Warehouse, state: Reservation['state'], sku: string): number =>
  [...warehouse.reservations.values()]
    .filter((reservation) => reservation.state === state)
    .flatMap(({ lines }) => lines)
    .filter((line) => line.sku === sku)
    .reduce((sum, line) => sum + line.quantity, 0);

describe('For any requests, in any order and also repeated', () => {
  it('pieces on hand, sold and wasted add up to the first stock, and orders hold what is reserved', () => {
    fc.assert(
      fc.property(levels, wants, requests, (onHand, wanted, asked) => {
        let warehouse = warehouseWith(onHand);
        for (const request of asked) {
          [warehouse] = ask(warehouse, request, wanted);
          skus.forEach((sku, i) => {
            const level = warehouse.shelf.get(sku)!;
            const gone = heldBy(warehouse, 'committed', sku) + wastedOf(warehouse, sku);
            expect(level.onHand + gone).toBe(onHand[i]);
            expect(level.reserved).toBe(heldBy(warehouse, 'reserved', sku));
            expect(available(level)).toBeGreaterThanOrEqual(0);
          });
        }
      }),
    );
  });

  it('a request that is repeated at once gets the same answer and changes nothing', () => {
    fc.assert(
      fc.property(levels, wants, requests, (onHand, wanted, asked) => {
        let warehouse = warehouseWith(onHand);
        for (const request of asked) {
          const [after, answer] = ask(warehouse, request, wanted);
          expect(ask(after, request, wanted)).toEqual([after, answer]);
          warehouse = after;
        }
      }),
    );
  });

  it('an order that was refused once is always refused', () => {
    fc.assert(
      fc.property(levels, wants, requests, (onHand, wanted, asked) => {
        let warehouse = warehouseWith(onHand);
        const refused = new Set<string>();
        for (const request of asked) {
          const [after, answer] = ask(warehouse, request, wanted);
          if (refused.has(request.order)) expect(answer.kind).not.toMatch(/^(reserved|committed)$/);
          if (['short', 'commit-refused', 'released'].includes(answer.kind)) refused.add(request.order);
          warehouse = after;
        }
      }),
    );
  });
});
