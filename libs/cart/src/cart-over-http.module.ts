import { Global, Module } from '@nestjs/common';
import { CartOf } from '#contracts/cart';
import { CartOverHttp } from './cart-to-order/cart-over-http.adapter';

/** Used instead of `CartModule` if another process serves carts. */
@Global()
@Module({ providers: [{ provide: CartOf, useClass: CartOverHttp }], exports: [CartOf] })
export class CartOverHttpModule {}
