import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { SettleByHand } from '#contracts/payments';
import { Database } from '#platform/database';
import { LetterBox } from '#platform/dead-letters';
import type { Actor } from '#platform/event-store';
import { Announcements } from '#platform/messaging';
import { redactText } from '#platform/observability';
import { Vault } from '#platform/privacy';
import { ProcessJournal, Processes, type KnownProcess, type ListedProcess } from '#platform/processes';
import { Ids } from '#platform/system';
import { RetryCheckout, WindBackAsked } from '../checkout/checkout-messages';
import { windsBack } from '../checkout/checkout-steps';
import { Orders } from '../model/orders.store';
import { stillOwed } from '../refund-order/refund-order';
import type { Refunds } from '../refund-order/refunds';
import { RetryRefunds } from '../refund-order/refunds-messages';
import {
  NoMoneyAwaited,
  NothingToWindBack,
  ProcessNotFound,
  ProcessOver,
  StillAsked,
  WindingBackAlready,
} from './process-errors';
import { processRef } from './process-id';
import { ownOf, requestsIn } from './processes.query';
import { windBack } from './wind-back';

export type FoundByHand = SettleByHand['body']['found'];

/** Who looks after a process, and why. */
export interface Tended {
  readonly actor: Actor;
  /** As the journal names them. */
  readonly by: string;
  /** Kept in the journal, without addresses and numbers: no names, please. */
  readonly reason: string | null;
}

/** Has the present step's requests sent again, with the same keys; wakes what was given up or put off of this process. */
export class RetryProcess extends Command<ListedProcess> {
  constructor(
    readonly id: string,
    readonly tended: Tended,
  ) {
    super();
  }
}

@CommandHandler(RetryProcess)
export class RetryProcessHandler implements ICommandHandler<RetryProcess> {
  constructor(
    private readonly db: Database,
    private readonly processes: Processes,
    private readonly journal: ProcessJournal,
    private readonly letters: LetterBox,
    private readonly orders: Orders,
    private readonly announcements: Announcements,
  ) {}

  async execute({ id, tended: { by, reason } }: RetryProcess): Promise<ListedProcess> {
    const process = await found(this.processes, id);
    const wish = await this.wish(process, { orderId: process.id, by, reason: noted(reason) });
    const requests = requestsIn(await this.journal.of(process.id, process.name));
    await this.letters.wake(requests, ownOf(process));
    await this.db.transaction(() => this.announcements.publish(wish));
    return process;
  }

  /** Whether anything is left to give back is the order's to say, not the process's: money may have gone back by hand. */
  private async wish(
    { name, status, step }: ListedProcess,
    about: RetryCheckout['body'],
  ): Promise<RetryRefunds | RetryCheckout> {
    if (name === 'refunds') {
      const { order, version } = await this.orders.view(about.orderId);
      return new RetryRefunds({ ...about, owed: stillOwed(order), version });
    }
    if (status === 'over') throw new ProcessOver(step);
    return new RetryCheckout(about);
  }
}

/** Has a checkout wound back from where it stands. */
export class CompensateProcess extends Command<ListedProcess> {
  constructor(
    readonly id: string,
    readonly tended: Tended,
    /** What staff found out about the money, where its provider cannot be asked. */
    readonly money?: FoundByHand,
  ) {
    super();
  }
}

@CommandHandler(CompensateProcess)
export class CompensateProcessHandler implements ICommandHandler<CompensateProcess> {
  constructor(
    private readonly db: Database,
    private readonly processes: Processes,
    private readonly orders: Orders,
    private readonly vault: Vault,
    private readonly ids: Ids,
    private readonly announcements: Announcements,
  ) {}

  async execute({ id, tended, money }: CompensateProcess): Promise<ListedProcess> {
    const process = await found(this.processes, id);
    if (process.status === 'over') throw new ProcessOver(process.step);
    if (money === undefined) return this.windBack(process, tended);
    if (process.status !== 'needs-attention') throw new StillAsked(process.step);
    const { orderId, refunds } = settledByHand(process);
    if (process.name === 'checkout' && !windsBack(process.step)) await this.windBack(process, tended);
    const settle = (refundId: string | null) => {
      const idempotencyKey = `by-hand:${orderId}:${refundId ?? 'payment'}`;
      const reason = noted(tended.reason);
      const said = { found: money, by: tended.by, ...(reason && { reason }) };
      return new SettleByHand({ orderId, refundId, ...said, idempotencyKey });
    };
    await this.db.transaction(() => this.announcements.publish(...refunds.map(settle)));
    return process;
  }

  private async windBack(process: ListedProcess, { actor, by, reason }: Tended): Promise<ListedProcess> {
    if (process.name !== 'checkout') throw new NothingToWindBack();
    if (windsBack(process.step)) throw new WindingBackAlready(process.step);
    const orderId = process.id;
    const { order } = await this.orders.view(orderId);
    const sealed = reason === null ? null : await this.vault.seal(order.placed.subject, reason);
    await this.orders.change({ orderId, commandId: this.ids.next(), actor }, (now) => windBack(now, sealed));
    await this.db.transaction(() =>
      this.announcements.publish(new WindBackAsked({ orderId, by, reason: noted(reason) })),
    );
    return process;
  }
}

/** The refunds that wait for a provider, or null for the order's payment. */
function settledByHand({ id: orderId, name, step, state }: KnownProcess): {
  orderId: string;
  refunds: readonly (string | null)[];
} {
  if (name === 'refunds') {
    const all = Object.entries((state as Refunds).refunds);
    const waiting = all.filter(([, refund]) => refund.step === 'paying-back').map(([refundId]) => refundId);
    if (waiting.length === 0) throw new NoMoneyAwaited(step);
    return { orderId, refunds: waiting };
  }
  if (step !== 'paying' && step !== 'voiding') throw new NoMoneyAwaited(step);
  return { orderId, refunds: [null] };
}

const noted = (reason: string | null): string | null => reason && redactText(reason);

async function found(processes: Processes, id: string): Promise<KnownProcess> {
  const ref = processRef(id);
  const process = ref && (await processes.view(ref.name, ref.orderId));
  if (!process) throw new ProcessNotFound();
  return process;
}
