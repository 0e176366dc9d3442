import { Injectable } from '@nestjs/common';
import { OrderBooks, type BooksClosed, type OpenOrder, type Orderer } from '#contracts/ordering';
import { fold, type Uuid } from '#kernel';
import { Database } from '#database';
import { EventStore } from '#event-store';
import { orderLife, type Order, type OrderEvent } from '../model/order';
import { OrderAccounts } from './order-accounts.store';
import { isStillOpen } from './still-open';

/** Checks and closes the account under one lock. Every order on the account takes the same lock. */
@Injectable()
export class StoredOrderBooks extends OrderBooks {
  constructor(
    private readonly db: Database,
    private readonly store: EventStore,
    private readonly accounts: OrderAccounts,
  ) {
    super();
  }

  close(orderer: Orderer): Promise<BooksClosed> {
    return this.db.transaction(() =>
      orderer.kind === 'customer' ? this.ofCustomer(orderer.customerId) : this.ofGuest(orderer.orderId),
    );
  }

  private async ofCustomer(customerId: Uuid): Promise<BooksClosed> {
    if (await this.accounts.hold(customerId)) return { outcome: 'closed' };
    const orders: OpenOrder[] = [];
    for (const id of await this.accounts.maybeOpen(customerId)) orders.push(...open(id, await this.order(id)));
    if (orders.length > 0) return { outcome: 'open', orders };
    await this.accounts.close(customerId);
    return { outcome: 'closed' };
  }

  private async ofGuest(orderId: Uuid): Promise<BooksClosed> {
    await this.accounts.holdStream(orderId);
    const order = await this.order(orderId);
    if (order.status === 'unplaced') return { outcome: 'unknown' };
    const { customerId, cartId } = order.placed;
    if (customerId) return { outcome: 'of-customer', customerId };
    const orders = (await this.accounts.hold(orderId)) ? [] : open(orderId, order);
    if (orders.length > 0) return { outcome: 'open', orders };
    await this.accounts.close(orderId);
    return { outcome: 'closed', cartId };
  }

  private async order(orderId: Uuid): Promise<Order> {
    return fold(orderLife, (await this.store.read(orderId)) as unknown as readonly OrderEvent[]);
  }
}

const open = (id: Uuid, order: Order): OpenOrder[] =>
  order.status !== 'unplaced' && isStillOpen(order) ? [{ id, number: order.placed.number, status: order.status }] : [];
