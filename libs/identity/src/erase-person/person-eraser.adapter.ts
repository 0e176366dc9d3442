import { EventBus } from '@nestjs/cqrs';
import { Injectable, Logger } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import { PersonErased } from '#contracts/identity';
import { OrderingAccounts, type Orderer } from '#contracts/ordering';
import { NotFound, type Uuid } from '#kernel';
import { Database } from '#database';
import { ErasedSubjects, Vault } from '#platform/privacy';
import { Clock, Ids } from '#platform/system';
import { Accounts } from '../model/accounts.store';
import { OrderOfCustomer, OrderOpen } from '../model/identity-errors';
import type { Erasure } from './erasure';
import { Erasures } from './erasures.store';

type Kind = Erasure['kind'];

const toOrderer = (subject: Uuid, kind: Kind): Orderer =>
  kind === 'customer' ? { kind, customerId: subject } : { kind, orderId: subject };

/**
 * Erases a person in five steps. Each step can be repeated. After a crash, `FinishErasures` repeats the steps.
 *
 * 1. Store the request.
 * 2. Prevent new orders of the person. If an order is still open, refuse the erasure.
 * 3. Add the person to the list outside the database.
 * 4. Destroy the key.
 * 5. Delete the account with its sessions, and publish PersonErased.
 */
@Injectable()
export class PersonEraser {
  private readonly log = new Logger('Erasures');

  constructor(
    private readonly db: Database,
    private readonly erasures: Erasures,
    private readonly accounts: Accounts,
    private readonly books: OrderingAccounts,
    private readonly list: ErasedSubjects,
    private readonly vault: Vault,
    private readonly eventBus: EventBus,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** Throws OrderOpen, OrderOfCustomer, NotFound. A repeated call returns the state of the erasure. */
  async erase(subject: Uuid, kind: Kind): Promise<Erasure> {
    const request = await this.erasures.request(this.ids.next(), subject, kind);
    if (!request.begun) await this.carryOut(request.id, subject, kind, request.asks);
    return (await this.erasures.ofSubject(subject))!;
  }

  async carryOut(id: Uuid, subject: Uuid, kind: Kind, requestCount: number): Promise<void> {
    crashPoint('erasure.asked');
    const cartId = await this.closeOrders(subject, kind, requestCount);
    crashPoint('erasure.closed');
    await this.list.add([{ subject, kind }], this.clock.now());
    await this.vault.destroy(subject);
    crashPoint('erasure.key-destroyed');
    await this.db.transaction(async () => {
      const erasureId = await this.erasures.begin(id, subject, kind);
      if (!erasureId) return; // another process has begun this erasure already
      await this.deleteAccountAndPublish(erasureId, subject, kind, cartId);
      crashPoint('erasure.identity');
    });
    crashPoint('erasure.told');
  }

  /**
   * Erases a person again, because a restored backup contains the person's data. Open orders do not prevent this: the
   * person had no open order at the first erasure.
   */
  async eraseAgain(subject: Uuid, kind: Kind): Promise<void> {
    await this.vault.destroy(subject);
    const cartId = await this.tryToCloseOrders(subject, kind);
    await this.db.transaction(async () => {
      await this.deleteAccountAndPublish(
        await this.erasures.restart(this.ids.next(), subject, kind),
        subject,
        kind,
        cartId,
      );
    });
  }

  /** Deletes the account, and publishes PersonErased. Call it in a transaction. */
  private async deleteAccountAndPublish(
    erasureId: Uuid,
    subject: Uuid,
    kind: Kind,
    cartId: Uuid | undefined,
  ): Promise<void> {
    if (kind === 'customer') await this.accounts.remove(subject);
    await this.erasures.markPartDone(erasureId, 'identity');
    const at = this.clock.now().toISOString();
    this.eventBus.publish(new PersonErased({ erasureId, subject, kind, ...(cartId && { cartId }), at }));
  }

  private async tryToCloseOrders(subject: Uuid, kind: Kind): Promise<Uuid | undefined> {
    try {
      const closed = await this.books.close(toOrderer(subject, kind));
      if (closed.outcome === 'closed') return closed.cartId;
      if (closed.outcome === 'open')
        this.log.warn(`${kind} ${subject} is erased, and has orders that are open again: ${closed.orders.map(({ number }) => number).join(', ')}`); // prettier-ignore
    } catch (error) {
      this.log.warn(`new orders of ${kind} ${subject} could not be prevented: ${(error as Error).message}`);
    }
    return undefined;
  }

  private async closeOrders(subject: Uuid, kind: Kind, requestCount: number): Promise<Uuid | undefined> {
    const closed = await this.books.close(toOrderer(subject, kind));
    if (closed.outcome === 'closed') return closed.cartId;
    await this.erasures.withdraw(subject, requestCount);
    if (closed.outcome === 'open') throw new OrderOpen(closed.orders);
    if (closed.outcome === 'of-customer') throw new OrderOfCustomer(closed.customerId);
    throw new NotFound('order');
  }
}
