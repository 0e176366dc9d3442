import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { IdShape, isUuid, textShape, vnd, type Money, type Uuid } from '#kernel';
import { Config } from '#platform/config';
import {
  inOneForm,
  PaymentProvider,
  WebhookRefused,
  type Charge,
  type ProviderCharge,
  type WebhookEvent,
} from '../model/payment-provider';
import type { Heard } from '../model/payment';
import type { RefundHeard } from '../model/refund';
import { SandboxLedger, type ChargeRow } from './sandbox-ledger.store';
import { behaviourOf } from './sandbox-behaviour';
import { faultOf, SIGNATURE_HEADER } from './webhook-signature';

const AnId = textShape(200).transform(inOneForm);

const Body = z.object({
  id: AnId,
  type: z.literal('charge.captured'),
  key: AnId,
  chargeId: AnId,
  orderId: IdShape,
  amount: z.object({ amount: z.int().min(0), currency: z.string().regex(/^[A-Z]{3}$/) }),
});

/** A provider for tests, with its own books. Test tokens make it fail in the ways that a real provider can fail. */
@Injectable()
export class SandboxProvider extends PaymentProvider {
  readonly name = 'sandbox';

  constructor(
    private readonly ledger: SandboxLedger,
    private readonly config: Config,
  ) {
    super();
  }

  async charge({ key, orderId, amount, token }: Charge, signal: AbortSignal): Promise<Heard> {
    const does = behaviourOf(token, 1);
    if (does.books === null) return never(signal);
    const row = await this.ledger.enter({ key, orderId, amount: amount.amount, token }, does);
    if (row.state === 'failed') return this.tryAgain(row);
    if (!row.fresh) return heardOf(row);
    if (does.answer === 'never') return never(signal);
    if (does.answer === 'accepted') return { kind: 'accepted' };
    if (does.answer === 'when-settled') {
      await sleep(does.settlesInMs, undefined, { signal });
      return this.find(key);
    }
    return heardOf(row);
  }

  private async tryAgain(row: ChargeRow): Promise<Heard> {
    if (behaviourOf(row.token, row.attempts).books === 'failed') throw new Error('the sandbox provider failed (503)');
    return heardOf((await this.ledger.captureFailed(row.key)) ?? row);
  }

  async find(key: string): Promise<Heard> {
    const row = await this.ledger.find(key);
    return row ? heardOf(row) : { kind: 'not-found' };
  }

  async void(key: string, { orderId, amount }: { orderId: Uuid; amount: Money }): Promise<Heard> {
    const refunded = await this.ledger.void(key, orderId, amount.amount);
    return { kind: 'voided', refunded: { ...amount, amount: refunded } };
  }

  async refund({ key, chargeKey, amount }: { key: string; chargeKey: string; amount: Money }): Promise<RefundHeard> {
    if (await this.ledger.refund(key, chargeKey, amount.amount)) return { kind: 'refunded' };
    const charge = await this.ledger.find(chargeKey);
    if (charge?.state === 'processing') return { kind: 'not-now', reason: 'the charge is still being processed' };
    if (charge?.state === 'failed' || !charge) return { kind: 'not-now', reason: 'there is no charge yet' };
    // The charge was settled between the two queries, so the refund can be tried again.
    if (charge.state === 'captured' && charge.refunded + amount.amount <= charge.amount)
      return { kind: 'not-now', reason: 'the charge has just been settled' };
    return { kind: 'refused', reason: 'there is not so much left of the charge' };
  }

  async chargeOf(chargeId: string): Promise<ProviderCharge | undefined> {
    const row = isUuid(chargeId) ? await this.ledger.charge(chargeId) : undefined;
    return row && { key: row.key, orderId: row.order_id, amount: vnd(row.amount), heard: heardOf(row) };
  }

  async returnCharge(wanted: { key: string; chargeId: string; orderId: Uuid; amount: Money }): Promise<RefundHeard> {
    const { key, chargeId, orderId, amount } = wanted;
    const charge = isUuid(chargeId) ? await this.ledger.charge(chargeId) : undefined;
    if (!charge) return { kind: 'refused', reason: 'the provider knows no such charge' };
    if (charge.order_id !== orderId) return { kind: 'refused', reason: 'the charge is of another order' };
    return this.refund({ key, chargeKey: charge.key, amount });
  }

  webhook(body: Buffer, headers: Readonly<Record<string, string | string[] | undefined>>, now: Date): WebhookEvent {
    const fault = faultOf(
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

function heardOf(row: ChargeRow): Heard {
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

const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('time-out')), { once: true }));
