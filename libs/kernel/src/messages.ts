/**
 * What one context tells or asks another. It is rebuilt from JSON by its `type` (`inventory.stock-reserved.v1`). The
 * body is plain data and grows by optional fields only; a change of meaning is a `v2` beside `v1`.
 */
export abstract class Message<Body extends object = object> {
  constructor(readonly body: Body) {}
  /** Messages with one key are handled in the order in which they were sent. It is the order's id if there is one. */
  abstract get key(): string;
}

/**
 * A message class: `static type`, and `static routingKey` on the broker's topic exchange if it differs from the
 * type.
 */
export interface MessageClass<M extends Message = Message> {
  new (body: never): M;
  readonly type: string;
  readonly routingKey?: string;
  /**
   * For a `v2` that replaces `v1`: each function turns the body of one version into the next one's, the last into
   * this type's. Pure. So `x.v3` with two of them reads `x.v1` and `x.v2`; a `v2` without any stands beside its
   * `v1`.
   */
  readonly upcasts?: readonly ((body: never) => object)[];
}

/** A message about one order, the most common kind. */
export abstract class OrderMessage<Body extends { readonly orderId: string }> extends Message<Body> {
  get key(): string {
    return this.body.orderId;
  }
}
