import { Injectable } from '@nestjs/common';
import { OrderingAccounts, type OrderingClosed, type Orderer } from '#contracts/ordering';
import { Config } from '#platform/config';
import { RemoteContext } from '#platform/questions';

/** Asks another process to close a person's orders. */
@Injectable()
export class OrderingAccountsOverHttp extends OrderingAccounts {
  private readonly orders: RemoteContext;

  constructor({ orderingUrl, internalSecret }: Config) {
    super();
    if (!orderingUrl) throw new Error('ORDERING_URL is missing: it is the address of the orders service');
    this.orders = new RemoteContext('ordering', orderingUrl, internalSecret);
  }

  close(orderer: Orderer): Promise<OrderingClosed> {
    return this.orders.ask<OrderingClosed>('order-books', orderer);
  }
}
