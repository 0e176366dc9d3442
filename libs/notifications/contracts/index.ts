import { OrderMessage, type Uuid } from '#kernel';

/** An e-mail was sent, or put into the local mailbox. SMS is not used yet. */
export class NotificationSent extends OrderMessage<{
  readonly orderId: Uuid;
  readonly event: string;
  readonly channel: 'email' | 'sms';
}> {
  static readonly type = 'notifications.notification-sent.v1';
}
