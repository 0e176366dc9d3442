import { createHash } from 'node:crypto';
import { answer, etagOf, PRIVATE, type Answer } from '#platform/http';
import { CART_TOKEN, type Visitor } from '../whose-cart.adapter';
import type { CartView } from './cart-view';

/** The tag names the version and what is shown: prices change without the cart. */
export const tagOf = (view: CartView): string => {
  const shown = createHash('sha256').update(JSON.stringify(view)).digest('hex').slice(0, 12);
  return etagOf(`${view.version}-${shown}`);
};

export const cartAnswer = (view: CartView, { newToken }: Visitor): Answer<CartView> =>
  answer(view, {
    etag: tagOf(view),
    cacheControl: PRIVATE,
    ...(newToken && { headers: { [CART_TOKEN]: newToken } }),
  });
