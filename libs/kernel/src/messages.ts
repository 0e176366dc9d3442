/**
 * What one context tells or asks another. Its `type` (`inventory.stock-reserved.v1`) is how it is rebuilt from JSON;
 * the body is plain data and grows by optional fields only: a change of meaning is a `v2` beside `v1`.
 */
export abstract class Message<Body extends object = object> {
  constructor(readonly body: Body) {}
  /** Messages with one key are heard in the order they were sent; the order's id where there is one. */
  abstract get key(): string;
}

/** A message class: `static type`, and a `static routingKey` on the broker's topic exchange where it is not the type. */
export interface MessageClass<M extends Message = Message> {
  new (body: never): M;
  readonly type: string;
  readonly routingKey?: string;
  /**
   * Where a `v2` takes the place of `v1`: each turns the body of one version into the next one's, the last into this
   * type's. Pure. So `x.v3` with two reads `x.v1` and `x.v2`; a `v2` without stands beside its `v1`.
   */
  readonly upcasts?: readonly ((body: never) => object)[];
}

/** A message about one order, the most common kind. */
export abstract class OrderMessage<Body extends { readonly orderId: string }> extends Message<Body> {
  get key(): string {
    return this.body.orderId;
  }
}
