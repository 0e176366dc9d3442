import { Message, OrderMessage } from '#kernel';

interface Numbered {
  readonly orderId: string;
  readonly n: number;
}

/** The first context sends it to the second. */
export class Ask extends OrderMessage<Numbered> {
  static readonly type = 'payments.ask.v1';
}
/** The second context answers with it. */
export class Answer extends OrderMessage<Numbered> {
  static readonly type = 'payments.answer.v1';
}
/** Its handler does nothing. */
export class Nothing extends OrderMessage<Numbered> {
  static readonly type = 'inventory.nothing.v1';
}
/** Its handler sets a timer with the same message. */
export class Alarm extends OrderMessage<Numbered> {
  static readonly type = 'inventory.alarm.v1';
}
/** It replaced `inventory.poured.v1` and `.v2`. */
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
/** No context lists it. */
export class Stranger extends Message<object> {
  static readonly type = 'nobody.stranger.v1';
  get key(): string {
    return 'x';
  }
}
