import { z } from 'zod';

export const tokenHeader = {
  'X-Cart-Token':
    'The key to a guest’s cart. It is given once, to a guest who sent none, or one that no longer opens a cart (`meta` says why). ' +
    'Keep it secret, and send it with each request.',
};

/** What happened to the token that was sent. */
export const TokenMeta = z.object({
  tokenSpent: z
    .literal(true)
    .optional()
    .meta({
      description:
        'An order was placed with the `X-Cart-Token` that was sent. The answer to that order had the token that opens this ' +
        'guest’s cart and reads the orders; the one of this answer is another guest’s. Look for the former where tokens are ' +
        'kept (another tab may have put it there). When the answer got lost, send the order again: the token that was sent ' +
        'here, with the same `Idempotency-Key` and body.',
    }),
  cartMerged: z
    .literal(true)
    .optional()
    .meta({
      description:
        'A log-in took over the cart of the `X-Cart-Token` that was sent. It still reads the guest’s orders: keep it ' +
        'for these. Looking at the cart gives no new token; adding something does.',
    }),
});
