import { Global, Module } from '@nestjs/common';
import { CartOf } from '#contracts/cart';
import { ContextErased, PersonErased } from '#contracts/identity';
import { OrderCancelled, OrderPlaced } from '#contracts/ordering';
import { contextDatabase } from '#database';
import { addMessages } from '#platform/http';
import { contextMessaging } from '#messaging';
import { CartToOrderController } from './cart-to-order/cart-to-order.controller';
import { StoredCartOf } from './cart-to-order/cart-to-order.query';
import { cartTexts } from './cart-texts';
import { AddItemHandler } from './change-cart/add-item.command';
import { ChangeCartController } from './change-cart/change-cart.controller';
import { ChangeItemHandler } from './change-cart/change-item.command';
import { OfferedLines } from './change-cart/offered-lines.adapter';
import { RemoveItemsHandler } from './change-cart/remove-items.command';
import { EmptyWhenOrdered } from './empty-when-ordered/empty-when-ordered.consumer';
import { ForgetCart } from './forget-cart/forget-cart.consumer';
import { CartEntity } from './model/cart.entity';
import { Carts } from './model/carts.store';
import { RefillWhenCancelled } from './return-to-cart/refill-when-cancelled.consumer';
import { ReturnedLines } from './return-to-cart/returns.adapter';
import { SweepCarts } from './sweep-carts/sweep-carts.job';
import { ViewCartController } from './view-cart/view-cart.controller';
import { ViewCartHandler } from './view-cart/view-cart.query';
import { Visitors } from './visitors.adapter';

export { CartOverHttpModule } from './cart-over-http.module';

addMessages(cartTexts);

/** The module is global, so that ordering can ask `CartOf` without importing this module. */
@Global()
@Module({
  imports: [
    contextDatabase('cart', { entities: [CartEntity] }),
    contextMessaging('cart', [OrderPlaced, OrderCancelled, PersonErased, ContextErased]),
  ],
  controllers: [ViewCartController, ChangeCartController, CartToOrderController],
  providers: [
    Carts,
    Visitors,
    OfferedLines,
    AddItemHandler,
    ChangeItemHandler,
    RemoveItemsHandler,
    ViewCartHandler,
    EmptyWhenOrdered,
    ReturnedLines,
    RefillWhenCancelled,
    ForgetCart,
    SweepCarts,
    { provide: CartOf, useClass: StoredCartOf },
  ],
  exports: [CartOf],
})
export class CartModule {}
