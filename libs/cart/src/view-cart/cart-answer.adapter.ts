import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { answer, etagOf, PRIVATE, type Answer } from '#platform/http';
import type { CartTokenSpent } from '../model/cart-errors';
import { CART_TOKEN, type Visitor } from '../visitors.adapter';
import type { CartView } from './cart-view';
import type { TokenMeta } from './token-header';

/** The tag covers the version and the whole view, because prices can change while the cart does not. */
export const tagOf = (view: CartView): string => {
  const shown = createHash('sha256').update(JSON.stringify(view)).digest('hex').slice(0, 12);
  return etagOf(`${view.version}-${shown}`);
};

const metaOf = { order: { tokenSpent: true }, 'log-in': { cartMerged: true } } satisfies Record<
  CartTokenSpent['by'],
  z.infer<typeof TokenMeta>
>;

export const cartAnswer = (view: CartView, { newToken, spentBy }: Visitor): Answer<CartView> =>
  answer(view, {
    etag: tagOf(view),
    cacheControl: PRIVATE,
    ...(spentBy && { meta: metaOf[spentBy] }),
    ...(newToken && { headers: { [CART_TOKEN]: newToken } }),
  });
