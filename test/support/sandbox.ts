import { createHmac } from 'node:crypto';
import type { Reply, RunningShop } from './start-shop';

export const SECRET = 'the-sandbox-and-the-shop-know-it';

interface WebhookOptions {
  readonly secret?: string;
  readonly ageSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a webhook as the sandbox provider does. Options change the secret, the signature's age and the headers. */
export function sendWebhook(shop: RunningShop, event: object | string, options: WebhookOptions = {}): Promise<Reply> {
  const { secret = SECRET, ageSeconds = 0, headers } = options;
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  const seconds = Math.floor(Date.now() / 1000) - ageSeconds;
  const v1 = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return shop.post('/payments/webhooks/sandbox', {
    body,
    headers: headers ?? { 'sandbox-signature': `t=${seconds},v1=${v1}` },
  });
}

/** The event with which the sandbox provider reports a captured charge. */
export const capturedEvent = (
  id: string,
  charge: { id: string; idempotencyKey: string; orderId: string; amount: object },
) => ({
  id,
  type: 'charge.captured',
  key: charge.idempotencyKey,
  chargeId: charge.id,
  orderId: charge.orderId,
  amount: charge.amount,
});
