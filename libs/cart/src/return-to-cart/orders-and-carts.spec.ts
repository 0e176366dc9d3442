import fc from 'fast-check';
import type { Uuid } from '#kernel';
import { EmptyWhenOrdered } from '../empty-when-ordered/empty-when-ordered.consumer';
import { mergeCarts } from '../model/merge-cart';
import {
  addLine,
  changeLine,
  clearCart,
  emptyCart,
  portionsOf,
  removeLine,
  type Cart,
  type CartLine,
} from '../model/cart';
import type { Carts } from '../model/carts.store';
import { ReturnedLines } from './returns.adapter';

const label = { productId: 'p', sku: 's', name: 'Bạc xỉu', variantName: 'M', imageUrl: null };
const pearls = [{ optionId: 'pearls', quantity: 1 }];
const drinks = ['plain', 'with pearls'] as const;
const idOf = (count: number) => `019ab3c4-5d6e-7f80-9a1b-${String(count).padStart(12, '0')}`;
const [GUEST, USER] = [idOf(1), idOf(2)];
const drinkOf = ({ modifiers }: Pick<CartLine, 'modifiers'>) => drinks[modifiers.length];
const piecesIn = (lines: readonly CartLine[], drink: string) =>
  lines.filter((line) => drinkOf(line) === drink).reduce((sum, { quantity }) => sum + quantity, 0);

interface Order {
  readonly orderId: Uuid;
  readonly cartId: Uuid;
  readonly cartVersion: number;
  readonly items: readonly CartLine[];
  isHandled: boolean;
  hasFailed: boolean;
}

/** Two carts of one person, and a fake of ordering's guard. The rules and the message handlers are real. */
class CartsOfOnePerson {
  readonly carts = new Map([GUEST, USER].map((id) => [id, emptyCart(id)]));
  readonly orders: Order[] = [];
  readonly returned = new Set<Uuid>();
  readonly placed = new Set<Uuid>();
  readonly addedPieces: Record<string, number> = { plain: 0, 'with pearls': 0 };
  readonly removedPieces: Record<string, number> = { plain: 0, 'with pearls': 0 };
  private readonly merges: { readonly version: number; readonly since: number }[] = [];
  private count = 10;
  private readonly store = {
    changeWithoutLock: async () => false,
    lockWithTargets: async (id: Uuid) => ({
      cart: this.carts.get(id),
      targets: id === GUEST && this.carts.get(GUEST)!.moved ? [this.carts.get(USER)!] : [],
    }),
    save: async (_: Cart, after: Cart) => void this.carts.set(after.id, after),
    saveTarget: async (_: Uuid, __: Cart, after: Cart) => void this.carts.set(after.id, after),
    findTakeoverCart: async (id: Uuid, version: number) =>
      id === GUEST && this.merges.some((one) => one.version >= version && one.since >= version) ? USER : undefined,
    recordReturn: async (id: Uuid) => !this.returned.has(id) && !!this.returned.add(id),
    withOneRetry: <T>(work: () => Promise<T>) => work(),
  } as unknown as Carts;
  private readonly emptying = new EmptyWhenOrdered(this.store);
  private readonly returns = new ReturnedLines(this.store);

  /** A change by the customer. The pieces of each drink are counted. */
  changeByCustomer(id: Uuid, rule: (cart: Cart) => Cart): void {
    const before = this.carts.get(id)!;
    if (before.mergedInto) return; // no token opens this cart any more
    const after = rule(before);
    this.carts.set(id, after);
    for (const drink of drinks) {
      const more = piecesIn(after.lines, drink) - piecesIn(before.lines, drink);
      if (more > 0) this.addedPieces[drink] += more;
      else this.removedPieces[drink] -= more;
    }
  }

  add(id: Uuid, withPearls: boolean, quantity: number): void {
    const modifiers = withPearls ? pearls : [];
    this.changeByCustomer(id, (cart) =>
      addLine(cart, { id: idOf(this.count++), variantId: 'v', quantity, modifiers, label }),
    );
  }

  changeOptions(id: Uuid, lineId: Uuid, modifiers: CartLine['modifiers']): void {
    this.changeByCustomer(id, (cart) =>
      changeLine(cart, lineId, { newOptions: { modifiers, portion: idOf(this.count++) } }),
    );
  }

  merge(): void {
    const guest = this.carts.get(GUEST)!;
    const since = guest.orderedVersion ?? 0; // perhaps the token is spent: the cart handles OrderPlaced later
    const merged = mergeCarts(this.carts.get(USER)!, guest, { since });
    if (!merged) return;
    this.merges.push({ version: guest.version, since });
    this.carts.set(GUEST, merged.guest).set(USER, merged.cart);
  }

  /** Places an order like ordering: portions that were ordered before are refused. */
  placeOrder(id: Uuid): void {
    const { version, lines } = this.carts.get(id)!;
    const ids = lines.flatMap(portionsOf).map((portion) => portion.id);
    if (ids.length === 0 || ids.some((portion) => this.placed.has(portion))) return;
    for (const portion of ids) this.placed.add(portion);
    const orderId = idOf(1_000_000 + this.count++);
    this.orders.push({ orderId, cartId: id, cartVersion: version, items: lines, isHandled: false, hasFailed: false });
  }

  async handleOrderPlaced(order: Order): Promise<void> {
    order.isHandled = true;
    const { isHandled: _, hasFailed: __, items, ...body } = order;
    const lines = items.map((line) => ({ ...line, portions: portionsOf(line) }));
    await this.emptying.handle({ body: { ...body, items: lines } } as never);
  }

  async fail(order: Order): Promise<void> {
    order.hasFailed = true;
    const { orderId, cartId, cartVersion, items } = order;
    const lines = items.map((line) => ({ ...line, portions: portionsOf(line) }));
    await this.returns.returnLines({ orderId, cartId, cartVersion, lines });
  }

  inCarts = (drink: string): number =>
    [...this.carts.values()].reduce((sum, { lines }) => sum + piecesIn(lines, drink), 0);
}

const who = fc.constantFrom(GUEST, USER);
const pick = fc.nat(5);
const action = fc.oneof(
  fc.record({ type: fc.constant('add' as const), id: who, pearls: fc.boolean(), quantity: fc.integer({ min: 1, max: 3 }) }), // prettier-ignore
  fc.record({ type: fc.constant('place' as const), id: who }),
  fc.record({ type: fc.constant('handleOrderPlaced' as const), pick }),
  fc.record({ type: fc.constant('fail' as const), pick }),
  fc.record({ type: fc.constant('merge' as const) }),
  fc.record({ type: fc.constantFrom('more' as const, 'change options' as const), id: who, pick }),
  fc.record({ type: fc.constantFrom('fewer' as const, 'remove' as const, 'clear' as const), id: who, pick }),
);
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

async function act(world: CartsOfOnePerson, step: Action): Promise<void> {
  if (step.type === 'add') return world.add(step.id, step.pearls, step.quantity);
  if (step.type === 'place') return world.placeOrder(step.id);
  if (step.type === 'merge') return world.merge();
  if (step.type === 'handleOrderPlaced' || step.type === 'fail') {
    const order = world.orders[step.pick % (world.orders.length || 1)];
    return order && world[step.type](order);
  }
  const line = world.carts.get(step.id)!.lines[step.pick];
  if (step.type === 'clear') return world.changeByCustomer(step.id, clearCart);
  if (!line) return;
  const { id, quantity, modifiers } = line;
  if (step.type === 'more') world.changeByCustomer(step.id, (cart) => changeLine(cart, id, { quantity: quantity + 2 }));
  if (step.type === 'fewer' && quantity > 1)
    world.changeByCustomer(step.id, (cart) => changeLine(cart, id, { quantity: 1 }));
  if (step.type === 'remove') world.changeByCustomer(step.id, (cart) => removeLine(cart, id));
  if (step.type === 'change options') world.changeOptions(step.id, id, modifiers.length > 0 ? [] : pearls);
}

describe('For any changes of carts while orders are handled', () => {
  it('no piece is ordered twice and none is lost, in any order of the messages', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 30 }), async (actions) => {
        const world = new CartsOfOnePerson();
        for (const one of actions) await act(world, one);
        for (const order of world.orders) {
          await world.handleOrderPlaced(order); // some orders for the second time
          if (order.hasFailed) await world.fail(order);
        }
        for (const drink of drinks) {
          const count = (orders: Order[]) => orders.reduce((sum, { items }) => sum + piecesIn(items, drink), 0);
          const ordered = count(world.orders);
          const failed = count(world.orders.filter((order) => order.hasFailed));
          const due = world.addedPieces[drink] - world.removedPieces[drink] + failed - ordered;
          expect(ordered).toBeLessThanOrEqual(world.addedPieces[drink] + failed); // all that was ordered was in a cart
          expect(world.inCarts(drink)).toBeGreaterThanOrEqual(due); // nothing was lost
          expect(world.inCarts(drink)).toBeLessThanOrEqual(due + world.removedPieces[drink]); // nothing was doubled
          if (world.removedPieces[drink] === 0) expect(world.inCarts(drink)).toBe(due);
        }
        const remaining = [...world.carts.values()].flatMap(({ lines }) => lines).flatMap(portionsOf);
        expect(remaining.filter(({ id }) => world.placed.has(id))).toEqual([]); // everything in the carts can be ordered
        expect(new Set(remaining.map(({ id }) => id)).size).toBe(remaining.length);
      }),
      {
        numRuns: 500,
        examples: [
          // The options of ordered pieces change meanwhile. The order keeps the old options, and the cart has the new.
          [
            [
              { type: 'add', id: GUEST, pearls: false, quantity: 1 },
              { type: 'place', id: GUEST },
              { type: 'change options', id: GUEST, pick: 0 },
            ],
          ],
        ],
      },
    );
  });
});
