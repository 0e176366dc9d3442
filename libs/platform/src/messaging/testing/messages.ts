import { Message, OrderMessage } from '#kernel';

interface Numbered {
  readonly orderId: string;
  readonly n: number;
}

/** Asked by the first context of the second. */
export class Ask extends OrderMessage<Numbered> {
  static readonly type = 'payments.ask.v1';
}
/** What the second answers. */
export class Answer extends OrderMessage<Numbered> {
  static readonly type = 'payments.answer.v1';
}
/** Heard by a handler that does nothing. */
export class Nothing extends OrderMessage<Numbered> {
  static readonly type = 'inventory.nothing.v1';
}
/** Sets a timer on itself. */
export class Alarm extends OrderMessage<Numbered> {
  static readonly type = 'inventory.alarm.v1';
}
/** In nobody's list. */
export class Stranger extends Message<object> {
  static readonly type = 'nobody.stranger.v1';
  get key(): string {
    return 'x';
  }
}
