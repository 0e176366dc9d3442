import { Injectable } from '@nestjs/common';
import { OrderBooks, type BooksClosed, type Orderer } from '#contracts/ordering';
import { Config } from '#platform/config';
import { Provider } from '#platform/questions';

/** The books of another process. */
@Injectable()
export class OrderBooksOverHttp extends OrderBooks {
  private readonly orders: Provider;

  constructor({ orderingUrl, internalSecret }: Config) {
    super();
    if (!orderingUrl) throw new Error('ORDERING_URL is missing: it says where orders are asked about');
    this.orders = new Provider('ordering', orderingUrl, internalSecret);
  }

  close(orderer: Orderer): Promise<BooksClosed> {
    return this.orders.ask<BooksClosed>('order-books', orderer);
  }
}
