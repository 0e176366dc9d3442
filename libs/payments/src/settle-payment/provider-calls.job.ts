import { EventBus } from '@nestjs/cqrs';
import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { crashPoint } from '#crash-points';
import { MoneyReturned } from '#contracts/payments';
import { isSealed, vnd } from '#kernel';
import { Config } from '#platform/config';
import { Database } from '#database';
import { Vault } from '#platform/privacy';
import type { Finding } from '../model/finding';
import { Findings } from '../model/findings.store';
import { hear, isGivenAfterHand, NO_PROVIDER, type Heard, type Payment, type ProviderCall } from '../model/payment';
import type { PaymentProvider, ProviderCharge } from '../model/payment-provider';
import { Payments, type Claimed } from '../model/payments.store';
import { backOff } from '../model/back-off';
import { hearRefund, isGivenAfterAll, type Refund, type RefundHeard } from '../model/refund';
import { Refunds } from '../model/refunds.store';
import { PaymentsByResult } from './payments-by-result';
import { Providers } from './providers';
import { switchedOff, unanswered, type Unanswered } from './unanswered';

const AT_ONCE = 64;
const UNUSABLE_TOKEN = 'the token of the card was erased, or cannot be opened';

/** Makes the provider calls that are due, and stores the answers. Each call is aborted after PAYMENT_TIMEOUT_MS. */
@Injectable()
export class ProviderCalls implements BeforeApplicationShutdown {
  private readonly log = new Logger(ProviderCalls.name);
  private readonly running = new Set<Promise<void>>();
  private claiming: Promise<void> | undefined;
  private again = false;
  private open = true;
  /** How long this process has the claim on a call. Afterwards another worker may ask the provider for the result. */
  readonly claimMs: number;

  constructor(
    private readonly config: Config,
    private readonly db: Database,
    private readonly payments: Payments,
    private readonly refunds: Refunds,
    private readonly findings: Findings,
    private readonly providers: Providers,
    private readonly vault: Vault,
    private readonly eventBus: EventBus,
    private readonly results: PaymentsByResult,
  ) {
    this.claimMs = config.paymentTimeoutMs + 1_000;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.open = false;
    await this.claiming;
    // Calls that do not end in time are not lost: their claim expires, and they are due again.
    await Promise.race([Promise.allSettled(this.running), new Promise((done) => setTimeout(done, 3_000).unref())]);
  }

  @Interval(500)
  poke(): void {
    if (!this.open) return;
    if (this.claiming) {
      this.again = true;
      return;
    }
    this.claiming = this.claimDue()
      .catch((error: unknown) => this.log.error(error))
      .finally(() => {
        this.claiming = undefined;
        if (this.again) {
          this.again = false;
          this.poke();
        }
      });
  }

  private async claimDue(): Promise<void> {
    const room = AT_ONCE - this.running.size;
    if (room <= 0) return;
    for (const claimed of await this.payments.claimDue(room, this.claimMs, this.providers.names)) {
      crashPoint('payment.claimed', claimed.call);
      this.start(claimed);
    }
    for (const refund of await this.refunds.claimDue(AT_ONCE, this.claimMs)) {
      crashPoint('refund.claimed');
      this.run(this.giveBack(refund));
    }
    for (const finding of await this.findings.claimDue(AT_ONCE, this.claimMs)) this.run(this.returnCharge(finding));
  }

  /** While the shop closes, the call does not go out and does not count as an attempt. */
  start(claimed: Claimed): void {
    this.run(this.settle(claimed));
  }

  private run(work: Promise<void>): void {
    const running: Promise<void> = work
      .catch((error: unknown) => this.log.error(error))
      .finally(() => this.running.delete(running));
    this.running.add(running);
  }

  private async settle({ payment, call, askedBefore }: Claimed): Promise<void> {
    crashPoint('payment.before-call', call);
    const heard = await this.callProvider(call, payment);
    crashPoint('payment.after-call', call);
    const known = heard.kind === 'not-asked' ? { ...payment, asked: askedBefore } : payment;
    const { payment: changed, messages } = hear(known, heard, call);
    if (isGivenAfterHand(payment, changed)) return this.heard(payment.id, call, heard); // it also stores a finding
    if (!(await this.payments.settle(payment, changed, call, heard, messages)))
      return this.heard(payment.id, call, heard); // the payment has changed, or another payment has its charge
    crashPoint('payment.recorded', call);
    if (changed.state !== payment.state) this.results.count(changed.state);
    this.followUp(changed);
  }

  private async callProvider(
    call: Claimed['call'],
    { id, orderId, amount, provider, token }: Claimed['payment'],
  ): Promise<Heard> {
    const adapter = this.providers.named(provider);
    if (!adapter) return switchedOff(provider);
    return this.withTimeout(async (signal) => {
      if (call === 'find') return adapter.find(id, signal);
      if (call === 'void') return adapter.void(id, { orderId, amount }, signal);
      const plain = isSealed(token) ? await this.vault.open(token, { order: orderId, field: 'token' }) : '';
      if (typeof plain !== 'string') {
        const found = await adapter.find(id, signal); // after a restore, the provider may have been charged before
        return found.kind === 'not-found' ? { kind: 'declined', reason: UNUSABLE_TOKEN } : found;
      }
      return adapter.charge({ key: id, orderId, amount, token: plain }, signal);
    });
  }

  /** Stores an answer: the new state, its journal line and the messages, in one transaction. */
  async heard(paymentId: string, call: ProviderCall | 'webhook', heard: Heard): Promise<void> {
    const settled = await this.db.transaction(async () => {
      const payment = await this.payments.lock(paymentId);
      if (!payment) return undefined;
      const { payment: changed, messages } = hear(payment, heard, call);
      if (isGivenAfterHand(payment, changed)) await this.noteGivenAfterHand(changed);
      if (heard.kind === 'captured') await this.noteCharge(payment, changed, heard.chargeId);
      await this.payments.write(changed, call, heard);
      this.eventBus.publishAll([...messages]);
      if (changed.state !== payment.state) this.db.afterCommit(() => this.results.count(changed.state));
      return changed;
    });
    if (settled) this.followUp(settled);
  }

  private noteGivenAfterHand(payment: Payment): Promise<void> {
    const { id: paymentKey, provider, chargeId, refunded: amount, reason } = payment;
    const about = { provider, chargeId, paymentKey, payment, amount };
    return this.findings.note({ ...about, kind: 'given-after-all', ...(reason !== null && { reason }) });
  }

  private async noteCharge(before: Payment, changed: Payment, chargeId: string): Promise<void> {
    const { id, provider, amount } = changed;
    const about = { provider, chargeId, paymentKey: id, payment: changed, amount };
    const owner = await this.findings.own(provider, chargeId, id);
    // The provider has just said that the charge is this payment's. So the finding is about the other payment.
    const other = owner !== undefined && owner !== id ? await this.payments.find(owner) : undefined;
    if (owner !== id) {
      const whose = { paymentKey: owner ?? id, payment: other ?? changed };
      await this.findings.note({ ...about, ...whose, kind: 'charge-of-another' });
    }
    if (before.state !== 'voiding' && changed.state === 'voiding')
      await this.findings.note({ ...about, kind: 'late-money' });
  }

  /** Starts the next call after the commit and outside the open transaction, if there is one. */
  private followUp({ next, wait }: Payment): void {
    if (next !== null && wait < 500) this.db.afterCommit(() => setTimeout(() => this.poke(), 50).unref());
  }

  private async giveBack(refund: Refund): Promise<void> {
    const payment = await this.payments.ofOrder(refund.orderId);
    crashPoint('refund.before-call');
    const heard = await this.ask(payment?.provider, (adapter, signal) =>
      adapter.refund(
        { key: refund.id, chargeKey: payment!.id, amount: refund.amount, reason: refund.reason ?? '' },
        signal,
      ),
    );
    crashPoint('refund.after-call');
    await this.db.transaction(async () => {
      const known = (await this.refunds.lock(refund.id))!;
      if (isGivenAfterAll(known, heard)) return this.noteGiven(known);
      const { refund: changed, wait, messages } = hearRefund(known, heard);
      if (changed === known) return;
      await this.refunds.write(changed, wait, heard);
      this.eventBus.publishAll([...messages]);
    });
    crashPoint('refund.recorded');
  }

  private async noteGiven({ id, orderId, amount, reason }: Refund): Promise<void> {
    const payment = (await this.payments.ofOrder(orderId))!;
    const { provider, chargeId } = payment;
    const about = { provider, chargeId, paymentKey: id, payment, amount };
    await this.findings.note({ ...about, kind: 'given-after-all', ...(reason !== null && { reason }) });
  }

  /** Gives back a charge that the shop did not need. The key is the finding's id, so it is given back only once. */
  private async returnCharge(finding: Finding): Promise<void> {
    const { id, provider, orderId, chargeId } = finding;
    const amount = vnd(finding.amount.amount);
    const heard = await this.ask(provider, (adapter, signal) =>
      adapter.returnCharge({ key: id, chargeId: chargeId!, orderId: orderId!, amount }, signal),
    );
    await this.db.transaction(async () => {
      if (heard.kind !== 'refunded' && heard.kind !== 'refused') {
        const tried = finding.unanswered + 1;
        await this.findings.write({ ...finding, reason: heard.reason, unanswered: tried }, backOff(tried));
        return;
      }
      const back = heard.kind === 'refunded';
      const ended = { ...finding, state: back ? 'given-back' : 'refused', reason: back ? null : heard.reason } as const;
      if ((await this.findings.write(ended, 0)) && back)
        this.eventBus.publish(
          new MoneyReturned({ orderId: orderId!, findingId: id, provider, chargeId: chargeId!, amount }),
        );
    });
  }

  private ask(
    provider: string | undefined,
    work: (adapter: PaymentProvider, signal: AbortSignal) => Promise<RefundHeard>,
  ): Promise<RefundHeard> {
    const adapter = provider === undefined ? undefined : this.providers.named(provider);
    if (!adapter) return Promise.resolve(switchedOff(provider ?? NO_PROVIDER));
    return this.withTimeout((signal) => work(adapter, signal));
  }

  /** A charge in the provider's books: null if the provider knows no such charge, undefined if it does not answer. */
  async chargeOf(provider: string, chargeId: string): Promise<ProviderCharge | null | undefined> {
    const adapter = this.providers.named(provider);
    if (!adapter) return undefined;
    const answer = await this.withTimeout(async (signal) => ({ charge: await adapter.chargeOf(chargeId, signal) }));
    return 'charge' in answer ? (answer.charge ?? null) : undefined;
  }

  private async withTimeout<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | Unanswered> {
    if (!this.open) return { kind: 'not-asked', reason: 'the shop is closing' };
    const signal = AbortSignal.timeout(this.config.paymentTimeoutMs);
    const late = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(new Error('time-out')), { once: true }),
    );
    late.catch(() => undefined);
    try {
      return await Promise.race([work(signal), late]);
    } catch (error) {
      return unanswered(error);
    }
  }
}
