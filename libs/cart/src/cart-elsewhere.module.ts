import { Global, Module } from '@nestjs/common';
import { CartOf } from '#contracts/cart';
import { CartOverHttp } from './cart-to-order/cart-over-http.adapter';

/** In the place of `CartModule` where carts are another process's. */
@Global()
@Module({ providers: [{ provide: CartOf, useClass: CartOverHttp }], exports: [CartOf] })
export class CartElsewhereModule {}
