import { Global, Module } from '@nestjs/common';
import { OrderBooks } from '#contracts/ordering';
import { OrderBooksOverHttp } from './erase-person/order-books-over-http.adapter';

/** Replaces `OrderingModule` in a process whose orders are handled by another process. */
@Global()
@Module({ providers: [{ provide: OrderBooks, useClass: OrderBooksOverHttp }], exports: [OrderBooks] })
export class OrderingElsewhereModule {}
