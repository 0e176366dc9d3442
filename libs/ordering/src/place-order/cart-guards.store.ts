import type { Uuid } from '#kernel';
import { statement } from '#database';
import { defineGuard, type Guarded, type LookUp } from '#event-store';
import { CartAlreadyOrdered } from './cart-already-ordered';

/** The cart that an order is placed from. */
export interface CartAsOrdered {
  readonly cartId: Uuid;
  readonly cartVersion: number;
  readonly portions: readonly { readonly id: Uuid; readonly quantity: number }[];
  /**
   * The guest who orders, with values of the guest's cart token. Each token can place only one order: see CartToken.
   */
  readonly guest?: { readonly guestHash: string; readonly since: number };
}

const FIND_BY_CART = statement(
  'cart-find',
  `select order_id as "orderId" from placed_carts where cart_id = $1 and cart_version = $2`,
);

const FIND_BY_GUEST_TOKEN = statement(
  'guest-token-find',
  `select order_id as "orderId" from placed_carts where guest = $1 and guest_since = $2`,
);

const FIND_BY_PORTION = statement(
  'portion-find',
  `select order_id as "orderId" from placed_portions where portion_id = any($1::uuid[]) limit 1`,
);

type CartVersion = Pick<CartAsOrdered, 'cartId' | 'cartVersion'>;

async function alreadyOrdered(
  { cartId, cartVersion }: CartVersion,
  placed: ReturnType<LookUp>,
): Promise<CartAlreadyOrdered> {
  const [order] = (await placed) as readonly { orderId: Uuid }[];
  return new CartAlreadyOrdered(cartId, cartVersion, order?.orderId ?? null);
}

/** Each version of a cart can be ordered only once, and each guest token can place only one order. */
const cartGuard = defineGuard<CartVersion & { readonly guest: string | null; readonly since: number | null }>({
  name: 'cart',
  place: 'after',
  sql: ({ cartId, cartVersion, guest, since, streamId }) =>
    `insert into placed_carts (cart_id, cart_version, guest, guest_since, order_id)
    select ${cartId}::uuid, ${cartVersion}::int, ${guest}::text, ${since}::int, ${streamId}::uuid from head returning 1`,
  violated: {
    placed_carts_pkey: (it, lookUp) => alreadyOrdered(it, lookUp(FIND_BY_CART, [it.cartId, it.cartVersion])),
    placed_carts_guest_token: (it, lookUp) => alreadyOrdered(it, lookUp(FIND_BY_GUEST_TOKEN, [it.guest, it.since])),
  },
});

/** Each portion can be ordered only once, even if it was moved to another cart. */
const portionsGuard = defineGuard<
  CartVersion & { readonly ids: readonly Uuid[]; readonly quantities: readonly number[] }
>({
  name: 'portions',
  place: 'after',
  rows: 'several',
  // The rows are sorted by id, so that two appends with the same portions cannot deadlock.
  sql: ({ ids, quantities, streamId }) =>
    `insert into placed_portions (portion_id, quantity, order_id)
    select p.id, p.quantity, ${streamId}::uuid from head, unnest(${ids}::uuid[], ${quantities}::int[]) as p(id, quantity)
    order by p.id returning 1`,
  violated: {
    placed_portions_pkey: (it, lookUp) => alreadyOrdered(it, lookUp(FIND_BY_PORTION, [it.ids])),
  },
});

/**
 * The guards that refuse a second order of the same cart version, guest token or portion. The append of the second
 * order throws CartAlreadyOrdered.
 */
export function cartOrderedOnce({ cartId, cartVersion, portions: wanted, guest }: CartAsOrdered): readonly Guarded[] {
  const once = cartGuard({ cartId, cartVersion, guest: guest?.guestHash ?? null, since: guest?.since ?? null });
  if (wanted.length === 0) return [once];
  const ids = wanted.map(({ id }) => id);
  return [once, portionsGuard({ cartId, cartVersion, ids, quantities: wanted.map(({ quantity }) => quantity) })];
}
