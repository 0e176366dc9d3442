import { Injectable } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import { PersonErased } from '#contracts/identity';
import { OrderBooks, type Orderer } from '#contracts/ordering';
import { NotFound, type Uuid } from '#kernel';
import { Database } from '#platform/database';
import { Announcements } from '#platform/messaging';
import { Vault } from '#platform/privacy';
import { Clock, Ids } from '#platform/system';
import { Accounts } from '../model/accounts.store';
import { OrderOfCustomer, OrderOpen } from '../model/identity-errors';
import type { Erasure } from './erasure';
import { Erasures } from './erasures.store';

type Kind = Erasure['kind'];

const ordererOf = (subject: Uuid, kind: Kind): Orderer =>
  kind === 'customer' ? { kind, customerId: subject } : { kind, orderId: subject };

/**
 * Forgets a person, in steps of which each may be repeated: it is written down that it is to be done; the books are
 * closed, so that nothing is ordered any more; the key is destroyed; account and sessions go, and everybody is told.
 * What a crash leaves between two steps is gone on with by `FinishErasures`.
 */
@Injectable()
export class Forgetting {
  constructor(
    private readonly db: Database,
    private readonly erasures: Erasures,
    private readonly accounts: Accounts,
    private readonly books: OrderBooks,
    private readonly vault: Vault,
    private readonly announcements: Announcements,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** Throws OrderOpen, OrderOfCustomer, NotFound; asked again, it answers how far it has come. */
  async begin(subject: Uuid, kind: Kind): Promise<Erasure> {
    const asked = await this.erasures.ask(this.ids.next(), subject, kind);
    if (!asked.begun) await this.carryOut(asked.id, subject, kind, asked.asks);
    return (await this.erasures.ofSubject(subject))!;
  }

  async carryOut(id: Uuid, subject: Uuid, kind: Kind, asks: number): Promise<void> {
    crashPoint('erasure.asked');
    const cartId = await this.closeBooks(subject, kind, asks);
    crashPoint('erasure.closed');
    await this.vault.destroy(subject);
    crashPoint('erasure.key-destroyed');
    await this.db.transaction(async () => {
      const erasureId = await this.erasures.begin(id, subject, kind);
      if (!erasureId) return; // somebody else was quicker
      if (kind === 'customer') await this.accounts.remove(subject);
      await this.erasures.partDone(erasureId, 'identity');
      const at = this.clock.now().toISOString();
      await this.announcements.publish(new PersonErased({ erasureId, subject, kind, ...(cartId && { cartId }), at }));
      crashPoint('erasure.identity');
    });
    crashPoint('erasure.told');
  }

  private async closeBooks(subject: Uuid, kind: Kind, asks: number): Promise<Uuid | undefined> {
    const closed = await this.books.close(ordererOf(subject, kind));
    if (closed.outcome === 'closed') return closed.cartId;
    await this.erasures.takeBack(subject, asks);
    if (closed.outcome === 'open') throw new OrderOpen(closed.orders);
    if (closed.outcome === 'of-customer') throw new OrderOfCustomer(closed.customerId);
    throw new NotFound('order');
  }
}
