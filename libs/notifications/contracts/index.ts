import { OrderMessage, type Uuid } from '#kernel';

/** An e-mail or SMS was sent, or put into the local mailbox. */
export class NotificationSent extends OrderMessage<{
  readonly orderId: Uuid;
  readonly event: string;
  readonly channel: 'email' | 'sms';
}> {
  static readonly type = 'notifications.notification-sent.v1';
}
