import { EventBus } from '@nestjs/cqrs';
import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { crashPoint } from '#crash-points';
import { MoneyReturned } from '#contracts/payments';
import { isSealed, vnd } from '#kernel';
import { Config } from '#platform/config';
import { Database } from '#database';
import { Vault } from '#platform/privacy';
import { activity, LessOftenWhenIdle } from '#platform/system';
import type { Finding } from '../model/finding';
import { Findings } from '../model/findings.store';
import {
  applyAnswer,
  isReturnedAfterSettling,
  NO_PROVIDER,
  type ProviderAnswer,
  type Payment,
  type ProviderCall,
} from '../model/payment';
import type { PaymentProvider, ProviderCharge } from '../model/payment-provider';
import { Payments, type Claimed } from '../model/payments.store';
import { backOff } from '../model/back-off';
import { applyRefundAnswer, isReturnedAfterRefusal, type Refund, type RefundAnswer } from '../model/refund';
import { Refunds } from '../model/refunds.store';
import { PaymentsByResult } from './payments-by-result';
import { Providers } from './providers';
import { providerSwitchedOff, classifyFailure, type Unanswered } from './unanswered';

/** Each kind of call has its own limit, so that payments do not keep refunds waiting. */
const MOST_RUNNING = { payments: 64, refunds: 32, findings: 16 };
type CallKind = keyof typeof MOST_RUNNING;
const UNUSABLE_TOKEN = 'the token of the card was erased, or cannot be opened';

/** Makes the provider calls that are due, and stores the answers. Each call is aborted after PAYMENT_TIMEOUT_MS. */
@Injectable()
export class ProviderCalls implements BeforeApplicationShutdown {
  private readonly log = new Logger(ProviderCalls.name);
  private readonly running: Record<CallKind, Set<Promise<void>>> = {
    payments: new Set(),
    refunds: new Set(),
    findings: new Set(),
  };
  private claiming: Promise<void> | undefined;
  private claimAgain = false;
  private isOpen = true;
  /**
   * For how long this process claims a call. Afterwards another worker can claim the call, and asks the provider for
   * the result.
   */
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
    this.isOpen = false;
    await this.claiming;
    // Calls that do not end in time are not lost: their claim expires, and they are due again.
    await Promise.race([
      Promise.allSettled(Object.values(this.running).flatMap((calls) => [...calls])),
      new Promise((done) => setTimeout(done, 3_000).unref()),
    ]);
  }

  @Interval(500)
  @LessOftenWhenIdle()
  tick(): void {
    this.startDueCalls();
  }

  startDueCalls(): void {
    if (!this.isOpen) return;
    if (this.claiming) {
      this.claimAgain = true;
      return;
    }
    this.claiming = this.claimDue()
      .catch((error: unknown) => this.log.error(error))
      .finally(() => {
        this.claiming = undefined;
        if (this.claimAgain) {
          this.claimAgain = false;
          this.startDueCalls();
        }
      });
  }

  private async claimDue(): Promise<void> {
    const free = (kind: CallKind) => MOST_RUNNING[kind] - this.running[kind].size;
    if (free('payments') > 0)
      for (const claimed of await this.payments.claimDue(free('payments'), this.claimMs, this.providers.names)) {
        crashPoint('payment.claimed', claimed.call);
        this.start(claimed);
      }
    if (free('refunds') > 0)
      for (const refund of await this.refunds.claimDue(free('refunds'), this.claimMs)) {
        crashPoint('refund.claimed');
        this.run('refunds', this.makeRefundCall(refund));
      }
    if (free('findings') > 0)
      for (const finding of await this.findings.claimDue(free('findings'), this.claimMs))
        this.run('findings', this.returnCharge(finding));
  }

  /** While the shop closes, the call is not sent and does not count as an attempt. */
  start(claimed: Claimed): void {
    this.run('payments', this.makeCall(claimed));
  }

  private run(kind: CallKind, work: Promise<void>): void {
    activity.note(); // the provider may have to be asked again soon
    const running: Promise<void> = work
      .catch((error: unknown) => this.log.error(error))
      .finally(() => this.running[kind].delete(running));
    this.running[kind].add(running);
  }

  private async makeCall({ payment, call, askedBefore }: Claimed): Promise<void> {
    crashPoint('payment.before-call', call);
    const answer = await this.callProvider(call, payment);
    crashPoint('payment.after-call', call);
    const known = answer.kind === 'not-asked' ? { ...payment, asked: askedBefore } : payment;
    const { payment: changed, messages } = applyAnswer(known, answer, call);
    if (isReturnedAfterSettling(payment, changed)) return this.storeAnswer(payment.id, call, answer); // storeAnswer also stores a finding
    if (!(await this.payments.settle(payment, changed, call, answer, messages)))
      return this.storeAnswer(payment.id, call, answer); // the payment has changed, or another payment has its charge
    crashPoint('payment.recorded', call);
    if (changed.state !== payment.state) this.results.count(changed.state);
    this.followUp(changed);
  }

  private async callProvider(
    call: Claimed['call'],
    { id, orderId, amount, provider, token }: Claimed['payment'],
  ): Promise<ProviderAnswer> {
    const adapter = this.providers.find(provider);
    if (!adapter) return providerSwitchedOff(provider);
    return this.withTimeout(async (signal) => {
      if (call === 'find') return adapter.find(id, signal);
      if (call === 'void') return adapter.void(id, { orderId, amount }, signal);
      const cardToken = isSealed(token) ? await this.vault.open(token, { order: orderId, field: 'token' }) : '';
      if (typeof cardToken !== 'string') {
        // If this database was restored from a backup, the card may already have been charged. So the provider is asked
        // first.
        const found = await adapter.find(id, signal);
        return found.kind === 'not-found' ? { kind: 'declined', reason: UNUSABLE_TOKEN } : found;
      }
      return adapter.charge({ key: id, orderId, amount, token: cardToken }, signal);
    });
  }

  /** Stores an answer: the new state, its journal line and the messages, in one transaction. */
  async storeAnswer(paymentId: string, call: ProviderCall | 'webhook', answer: ProviderAnswer): Promise<void> {
    const settled = await this.db.transaction(async () => {
      const payment = await this.payments.lock(paymentId);
      if (!payment) return undefined;
      const { payment: changed, messages } = applyAnswer(payment, answer, call);
      if (isReturnedAfterSettling(payment, changed)) await this.recordReturnAfterSettling(changed);
      if (answer.kind === 'captured') await this.recordCharge(payment, changed, answer.chargeId);
      await this.payments.write(changed, call, answer);
      this.eventBus.publishAll([...messages]);
      if (changed.state !== payment.state) this.db.afterCommit(() => this.results.count(changed.state));
      return changed;
    });
    if (settled) this.followUp(settled);
  }

  private recordReturnAfterSettling(payment: Payment): Promise<void> {
    const { id: paymentKey, provider, chargeId, refunded: amount, reason } = payment;
    const about = { provider, chargeId, paymentKey, payment, amount };
    return this.findings.record({ ...about, kind: 'given-after-all', ...(reason !== null && { reason }) });
  }

  private async recordCharge(before: Payment, changed: Payment, chargeId: string): Promise<void> {
    const { id, provider, amount } = changed;
    const about = { provider, chargeId, paymentKey: id, payment: changed, amount };
    const owner = await this.findings.assignCharge(provider, chargeId, id);
    // The provider has just answered that the charge belongs to this payment. So the finding is about the other
    // payment.
    const other = owner !== undefined && owner !== id ? await this.payments.find(owner) : undefined;
    if (owner !== id) {
      const whose = { paymentKey: owner ?? id, payment: other ?? changed };
      await this.findings.record({ ...about, ...whose, kind: 'charge-of-another' });
    }
    if (before.state !== 'voiding' && changed.state === 'voiding')
      await this.findings.record({ ...about, kind: 'late-money' });
  }

  /** Starts the next call soon. If a transaction is open, the call starts after the commit, outside the transaction. */
  private followUp({ next, wait }: Payment): void {
    if (next !== null && wait < 500) this.db.afterCommit(() => setTimeout(() => this.startDueCalls(), 50).unref());
  }

  private async makeRefundCall(refund: Refund): Promise<void> {
    const payment = await this.payments.ofOrder(refund.orderId);
    crashPoint('refund.before-call');
    const answer = await this.callForRefund(payment?.provider, (adapter, signal) =>
      adapter.refund(
        { key: refund.id, chargeKey: payment!.id, amount: refund.amount, reason: refund.reason ?? '' },
        signal,
      ),
    );
    crashPoint('refund.after-call');
    await this.db.transaction(async () => {
      const known = (await this.refunds.lock(refund.id))!;
      if (isReturnedAfterRefusal(known, answer)) return this.recordReturnAfterRefusal(known);
      const { refund: changed, wait, messages } = applyRefundAnswer(known, answer);
      if (changed === known) return;
      await this.refunds.write(changed, wait, answer);
      this.eventBus.publishAll([...messages]);
    });
    crashPoint('refund.recorded');
  }

  private async recordReturnAfterRefusal({ id, orderId, amount, reason }: Refund): Promise<void> {
    const payment = (await this.payments.ofOrder(orderId))!;
    const { provider, chargeId } = payment;
    const about = { provider, chargeId, paymentKey: id, payment, amount };
    await this.findings.record({ ...about, kind: 'given-after-all', ...(reason !== null && { reason }) });
  }

  /**
   * Gives back a charge that the shop did not need. The key is the finding's id, so the charge is given back only once.
   */
  private async returnCharge(finding: Finding): Promise<void> {
    const { id, provider, orderId, chargeId } = finding;
    const amount = vnd(finding.amount.amount);
    const answer = await this.callForRefund(provider, (adapter, signal) =>
      adapter.returnCharge({ key: id, chargeId: chargeId!, orderId: orderId!, amount }, signal),
    );
    await this.db.transaction(async () => {
      if (answer.kind !== 'refunded' && answer.kind !== 'refused') {
        const unanswered = finding.unanswered + 1;
        await this.findings.update({ ...finding, reason: answer.reason, unanswered }, backOff(unanswered));
        return;
      }
      const back = answer.kind === 'refunded';
      const ended = {
        ...finding,
        state: back ? 'given-back' : 'refused',
        reason: back ? null : answer.reason,
      } as const;
      if ((await this.findings.update(ended, 0)) && back)
        this.eventBus.publish(
          new MoneyReturned({ orderId: orderId!, findingId: id, provider, chargeId: chargeId!, amount }),
        );
    });
  }

  private callForRefund(
    provider: string | undefined,
    work: (adapter: PaymentProvider, signal: AbortSignal) => Promise<RefundAnswer>,
  ): Promise<RefundAnswer> {
    const adapter = provider === undefined ? undefined : this.providers.find(provider);
    if (!adapter) return Promise.resolve(providerSwitchedOff(provider ?? NO_PROVIDER));
    return this.withTimeout((signal) => work(adapter, signal));
  }

  /** A charge in the provider's books: null if the provider knows no such charge, undefined if it does not answer. */
  async chargeOf(provider: string, chargeId: string): Promise<ProviderCharge | null | undefined> {
    const adapter = this.providers.find(provider);
    if (!adapter) return undefined;
    const answer = await this.withTimeout(async (signal) => ({ charge: await adapter.chargeOf(chargeId, signal) }));
    return 'charge' in answer ? (answer.charge ?? null) : undefined;
  }

  private async withTimeout<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | Unanswered> {
    if (!this.isOpen) return { kind: 'not-asked', reason: 'the shop is closing' };
    const signal = AbortSignal.timeout(this.config.paymentTimeoutMs);
    const late = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(new Error('time-out')), { once: true }),
    );
    late.catch(() => undefined); // without this, a time-out after the end of the work would be an unhandled rejection
    try {
      return await Promise.race([work(signal), late]);
    } catch (error) {
      return classifyFailure(error);
    }
  }
}
