import { Message, OrderMessage } from '#kernel';

interface Numbered {
  readonly orderId: string;
  readonly n: number;
}

/** A command from the first context to the second one. */
export class Ask extends OrderMessage<Numbered> {
  static readonly type = 'payments.ask.v1';
}
/** The answer of the second context. */
export class Answer extends OrderMessage<Numbered> {
  static readonly type = 'payments.answer.v1';
}
/** A message whose handler writes nothing. */
export class Nothing extends OrderMessage<Numbered> {
  static readonly type = 'inventory.nothing.v1';
}
/** The message of a timer. */
export class Alarm extends OrderMessage<Numbered> {
  static readonly type = 'inventory.alarm.v1';
}
/** A message with two older versions, `inventory.poured.v1` and `.v2`. */
export class Poured extends OrderMessage<{ readonly orderId: string; readonly cups: readonly number[] }> {
  static readonly type = 'inventory.poured.v3';
  static readonly upcasts = [
    ({ cup, ...rest }: { orderId: string; cup: number }) => ({ ...rest, cup, second: null }),
    ({ cup, second, ...rest }: { orderId: string; cup: number; second: number | null }) => ({
      ...rest,
      cups: second === null ? [cup] : [cup, second],
    }),
  ];
}
/** A message that no context has among its messages. */
export class Stranger extends Message<object> {
  static readonly type = 'nobody.stranger.v1';
  get key(): string {
    return 'x';
  }
}
