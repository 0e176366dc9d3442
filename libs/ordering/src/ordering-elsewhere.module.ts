import { Global, Module } from '@nestjs/common';
import { OrderBooks } from '#contracts/ordering';
import { OrderBooksOverHttp } from './erase-person/order-books-over-http.adapter';

/** In the place of `OrderingModule` where orders are another process's. */
@Global()
@Module({ providers: [{ provide: OrderBooks, useClass: OrderBooksOverHttp }], exports: [OrderBooks] })
export class OrderingElsewhereModule {}
