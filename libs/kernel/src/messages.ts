/**
 * A message from one context to other contexts. Its `type` (`inventory.stock-reserved.v1`) decides the class of the
 * message. The body is plain data. New fields must be optional; a change of meaning needs a `v2` next to `v1`.
 */
export abstract class Message<Body extends object = object> {
  constructor(readonly body: Body) {}
  /** Messages with the same key are handled in the order in which they were sent. Usually this is an order's id. */
  abstract get key(): string;
}

/** A message class. `routingKey` is the key on the broker's topic exchange, if this key differs from the type. */
export interface MessageClass<M extends Message = Message> {
  new (body: never): M;
  readonly type: string;
  readonly routingKey?: string;
  /**
   * For a type that replaces older versions. Each pure function converts a body to the next version. The last function
   * converts it to this type. So `x.v3` with two functions also reads `x.v1` and `x.v2`. A `v2` without functions does
   * not replace `v1`.
   */
  readonly upcasts?: readonly ((body: never) => object)[];
}

/** A message about one order, the most common kind. */
export abstract class OrderMessage<Body extends { readonly orderId: string }> extends Message<Body> {
  get key(): string {
    return this.body.orderId;
  }
}
