import { OrderMessage, type Uuid } from '#kernel';

/** Asks to wrap the goods of an order. The answer is GoodsWrapped. */
export class WrapGoods extends OrderMessage<{ readonly orderId: Uuid }> {
  static readonly type = 'inventory.wrap-goods.v1';
}
export class GoodsWrapped extends OrderMessage<{ readonly orderId: Uuid }> {
  static readonly type = 'inventory.goods-wrapped.v1';
}
/** Sent together with StockCommitted. */
export class GoodsPacked extends OrderMessage<{ readonly orderId: Uuid }> {
  static readonly type = 'inventory.goods-packed.v1';
}
