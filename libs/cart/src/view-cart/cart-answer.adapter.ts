import type { z } from 'zod';
import { answer, PRIVATE, etagOfView, type Answer } from '#platform/http';
import type { CartTokenSpent } from '../model/cart-errors';
import { CART_TOKEN, type Visitor } from '../visitors.adapter';
import type { CartView } from './cart-view';
import type { TokenMeta } from './token-header';

const metaOf = { order: { tokenSpent: true }, 'log-in': { cartMerged: true } } satisfies Record<
  CartTokenSpent['by'],
  z.infer<typeof TokenMeta>
>;

export const cartAnswer = (view: CartView, { newToken, spentBy }: Visitor): Answer<CartView> =>
  answer(view, {
    etag: etagOfView(view),
    cacheControl: PRIVATE,
    ...(spentBy && { meta: metaOf[spentBy] }),
    ...(newToken && { headers: { [CART_TOKEN]: newToken } }),
  });
