import { Module } from '@nestjs/common';
import { ContextErased, PersonErased } from '#contracts/identity';
import * as notifications from '#contracts/notifications';
import {
  OrderCancelled,
  OrderConfirmed,
  OrderPaymentReversed,
  OrderRefunded,
  OrderRefundFailed,
  OrderStatusUpdated,
} from '#contracts/ordering';
import { Config } from '#platform/config';
import { contextDatabase } from '#database';
import { contextMessaging } from '#messaging';
import { ForgetRecipient } from './forget-recipient/forget-recipient.consumer';
import { UnerasedRecipients } from './forget-recipient/unerased-recipients.store';
import { ConfirmedAddresses, NoneConfirmed } from './letters/confirmed-addresses';
import { LetterEntity } from './letters/letter.entity';
import { Letters } from './letters/letters.store';
import { MailboxController } from './mailbox/mailbox.controller';
import { Mailer } from './send-letters/mailer';
import { SendLetters } from './send-letters/send-letters.job';
import { SmtpMailer } from './send-letters/smtp-mailer.adapter';
import { WriteWhenOrderChanges } from './write-letter/write-letter.consumer';

const consumed = [
  PersonErased,
  ContextErased,
  OrderConfirmed,
  OrderCancelled,
  OrderPaymentReversed,
  OrderRefunded,
  OrderRefundFailed,
  OrderStatusUpdated,
];

/** Letters to customers. Only this context sends letters, one for each event and channel. */
@Module({
  imports: [
    contextDatabase('notifications', { entities: [LetterEntity] }),
    contextMessaging('notifications', [...Object.values(notifications), ...consumed]),
  ],
  controllers: [MailboxController],
  providers: [
    { provide: ConfirmedAddresses, useClass: NoneConfirmed },
    ...[Letters, SendLetters, WriteWhenOrderChanges, ForgetRecipient, UnerasedRecipients],
    {
      provide: Mailer,
      inject: [Config],
      useFactory: ({ smtpUrl, mailFrom }: Config) => (smtpUrl ? new SmtpMailer(smtpUrl, mailFrom) : null),
    },
  ],
})
export class NotificationsModule {}
