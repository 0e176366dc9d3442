import { Injectable } from '@nestjs/common';
import { OrderingAccounts, type OrderingClosed, type OpenOrder, type Orderer } from '#contracts/ordering';
import { fold, type Uuid } from '#kernel';
import { Database } from '#database';
import { EventStore } from '#event-store';
import { orderReducer, type Order, type OrderEvent } from '../model/order';
import { OrderAccounts } from './order-accounts.store';
import { isStillOpen } from './still-open';

/** Checks and closes the account while it holds a lock. Every new order on the account takes the same lock. */
@Injectable()
export class StoredOrderingAccounts extends OrderingAccounts {
  constructor(
    private readonly db: Database,
    private readonly store: EventStore,
    private readonly accounts: OrderAccounts,
  ) {
    super();
  }

  close(orderer: Orderer): Promise<OrderingClosed> {
    return this.db.transaction(() =>
      orderer.kind === 'customer' ? this.closeCustomer(orderer.customerId) : this.closeGuest(orderer.orderId),
    );
  }

  private async closeCustomer(customerId: Uuid): Promise<OrderingClosed> {
    if (await this.accounts.lock(customerId)) return { outcome: 'closed' };
    const orders: OpenOrder[] = [];
    for (const id of await this.accounts.findMaybeOpen(customerId))
      orders.push(...openOrderOf(id, await this.loadOrder(id)));
    if (orders.length > 0) return { outcome: 'open', orders };
    await this.accounts.close(customerId);
    return { outcome: 'closed' };
  }

  private async closeGuest(orderId: Uuid): Promise<OrderingClosed> {
    await this.accounts.lockStream(orderId);
    const order = await this.loadOrder(orderId);
    if (order.status === 'unplaced') return { outcome: 'unknown' };
    const { customerId, cartId } = order.placed;
    if (customerId) return { outcome: 'of-customer', customerId };
    const orders = (await this.accounts.lock(orderId)) ? [] : openOrderOf(orderId, order);
    if (orders.length > 0) return { outcome: 'open', orders };
    await this.accounts.close(orderId);
    return { outcome: 'closed', cartId };
  }

  private async loadOrder(orderId: Uuid): Promise<Order> {
    return fold(orderReducer, (await this.store.read(orderId)) as unknown as readonly OrderEvent[]);
  }
}

const openOrderOf = (id: Uuid, order: Order): OpenOrder[] =>
  order.status !== 'unplaced' && isStillOpen(order) ? [{ id, number: order.placed.number, status: order.status }] : [];
