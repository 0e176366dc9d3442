import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { IdShape, isUuid, textShape, vnd, type Money, type Uuid } from '#kernel';
import { Config } from '#platform/config';
import {
  normalizeId,
  PaymentProvider,
  WebhookRefused,
  type Charge,
  type ProviderCharge,
  type WebhookEvent,
} from '../model/payment-provider';
import type { ProviderAnswer } from '../model/payment';
import type { RefundAnswer } from '../model/refund';
import { SandboxLedger, type ChargeRow } from './sandbox-ledger.store';
import { behaviourOf } from './sandbox-behaviour';
import { signatureFault, SIGNATURE_HEADER } from './webhook-signature';

const IdText = textShape(200).transform(normalizeId);

const Body = z.object({
  id: IdText,
  type: z.literal('charge.captured'),
  key: IdText,
  chargeId: IdText,
  orderId: IdShape,
  amount: z.object({ amount: z.int().min(0), currency: z.string().regex(/^[A-Z]{3}$/) }),
});

/**
 * A provider for tests, with its own books. With test tokens, this provider fails in the ways that a real provider can
 * fail.
 */
@Injectable()
export class SandboxProvider extends PaymentProvider {
  readonly name = 'sandbox';

  constructor(
    private readonly ledger: SandboxLedger,
    private readonly config: Config,
  ) {
    super();
  }

  async charge({ key, orderId, amount, token }: Charge, signal: AbortSignal): Promise<ProviderAnswer> {
    const behaviour = behaviourOf(token, 1);
    if (behaviour.books === null) return waitUntilAborted(signal);
    const row = await this.ledger.insertOrFind({ key, orderId, amount: amount.amount, token }, behaviour);
    if (row.state === 'failed') return this.retryFailedCharge(row);
    if (!row.fresh) return answerOf(row);
    if (behaviour.answer === 'never') return waitUntilAborted(signal);
    if (behaviour.answer === 'accepted') return { kind: 'accepted' };
    if (behaviour.answer === 'when-settled') {
      await sleep(behaviour.settlesInMs, undefined, { signal });
      return this.find(key);
    }
    return answerOf(row);
  }

  private async retryFailedCharge(row: ChargeRow): Promise<ProviderAnswer> {
    if (behaviourOf(row.token, row.attempts).books === 'failed') throw new Error('the sandbox provider failed (503)');
    return answerOf((await this.ledger.captureFailed(row.key)) ?? row);
  }

  async find(key: string): Promise<ProviderAnswer> {
    const row = await this.ledger.find(key);
    return row ? answerOf(row) : { kind: 'not-found' };
  }

  async void(key: string, { orderId, amount }: { orderId: Uuid; amount: Money }): Promise<ProviderAnswer> {
    const refunded = await this.ledger.void(key, orderId, amount.amount);
    return { kind: 'voided', refunded: { ...amount, amount: refunded } };
  }

  async refund({ key, chargeKey, amount }: { key: string; chargeKey: string; amount: Money }): Promise<RefundAnswer> {
    if (await this.ledger.refund(key, chargeKey, amount.amount)) return { kind: 'refunded' };
    const charge = await this.ledger.find(chargeKey);
    if (charge?.state === 'processing') return { kind: 'not-now', reason: 'the charge is still being processed' };
    if (charge?.state === 'failed' || !charge) return { kind: 'not-now', reason: 'there is no charge yet' };
    // The charge was settled between the two queries, so the refund can be tried again.
    if (charge.state === 'captured' && charge.refunded + amount.amount <= charge.amount)
      return { kind: 'not-now', reason: 'the charge has just been settled' };
    return { kind: 'refused', reason: 'the refund is larger than what is left of the charge' };
  }

  async chargeOf(chargeId: string): Promise<ProviderCharge | undefined> {
    const row = isUuid(chargeId) ? await this.ledger.charge(chargeId) : undefined;
    return row && { key: row.key, orderId: row.order_id, amount: vnd(row.amount), answer: answerOf(row) };
  }

  async returnCharge(wanted: { key: string; chargeId: string; orderId: Uuid; amount: Money }): Promise<RefundAnswer> {
    const { key, chargeId, orderId, amount } = wanted;
    const charge = isUuid(chargeId) ? await this.ledger.charge(chargeId) : undefined;
    if (!charge) return { kind: 'refused', reason: 'the provider knows no such charge' };
    if (charge.order_id !== orderId) return { kind: 'refused', reason: 'the charge belongs to another order' };
    return this.refund({ key, chargeKey: charge.key, amount });
  }

  webhook(body: Buffer, headers: Readonly<Record<string, string | string[] | undefined>>, now: Date): WebhookEvent {
    const fault = signatureFault(
      this.config.sandboxWebhookSecret!,
      headers[SIGNATURE_HEADER],
      body,
      Math.floor(now.getTime() / 1000),
    );
    if (fault) throw new WebhookRefused(fault);
    const { id, key, orderId, chargeId, amount } = Body.parse(JSON.parse(textOf(body)));
    return { id, key, orderId, chargeId, amount };
  }
}

/** Throws a SyntaxError if the bytes are not UTF-8. */
function textOf(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new SyntaxError('the body is not UTF-8');
  }
}

function answerOf(row: ChargeRow): ProviderAnswer {
  switch (row.state) {
    case 'captured':
      return { kind: 'captured', chargeId: row.id };
    case 'processing':
      return { kind: 'accepted' };
    case 'failed':
      return { kind: 'not-found' };
    case 'declined':
      return { kind: 'declined', reason: 'The bank declined the card.' };
    case 'voided':
    case 'refunded':
      return { kind: 'voided', refunded: { amount: row.refunded, currency: 'VND' } };
  }
}

const waitUntilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('time-out')), { once: true }));
