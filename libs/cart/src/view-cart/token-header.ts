import { z } from 'zod';

export const tokenHeader = {
  'X-Cart-Token':
    'The token that opens a guest’s cart. A response has this header if the request had no token, or if its token no longer ' +
    'opens a cart (`meta` says why). Keep the token secret, and send it with each request.',
};

/** What happened to the token that was sent. */
export const TokenMeta = z.object({
  tokenSpent: z
    .literal(true)
    .optional()
    .meta({
      description:
        'An order was placed with the `X-Cart-Token` that was sent. The answer to that order had a newer token, which opens ' +
        'this guest’s cart and reads the orders. The token in this answer belongs to a new guest. Look for the newer token ' +
        'in the storage, because another tab may have stored it there. If the answer to the order was lost, send the order ' +
        'again with the same token, `Idempotency-Key` and body.',
    }),
  cartMerged: z
    .literal(true)
    .optional()
    .meta({
      description:
        'A log-in moved the cart of the `X-Cart-Token` that was sent into the user’s cart. The token still reads the guest’s ' +
        'orders, so keep it. Reading the cart gives no new token; adding something does.',
    }),
});
