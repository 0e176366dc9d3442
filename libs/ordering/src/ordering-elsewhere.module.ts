import { Global, Module } from '@nestjs/common';
import { OrderBooks } from '#contracts/ordering';
import { OrderBooksOverHttp } from './erase-person/order-books-over-http.adapter';

/** Replaces `OrderingModule` in a process if another process runs the context ordering. */
@Global()
@Module({ providers: [{ provide: OrderBooks, useClass: OrderBooksOverHttp }], exports: [OrderBooks] })
export class OrderingElsewhereModule {}
