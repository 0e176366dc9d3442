import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Uuid } from '#kernel';
import type { Content, Letter, Locale } from './letter';

@Entity('letters')
export class LetterEntity {
  @PrimaryColumn('uuid')
  id!: Uuid;

  @Column('uuid', { name: 'order_id' })
  orderId!: Uuid;

  @Column('text')
  event!: string;

  @Column('text')
  channel!: 'email';

  @Column('text')
  locale!: Locale;

  @Column('jsonb')
  recipient!: Letter['recipient'];

  @Column('text', { name: 'recipient_key' })
  recipientKey!: string;

  @Column('jsonb')
  content!: Content;

  @Column('timestamptz', { name: 'written_at' })
  writtenAt!: Date;

  @Column('timestamptz', { name: 'sent_at', nullable: true })
  sentAt!: Date | null;

  @Column('int')
  attempts!: number;

  @Column('timestamptz', { name: 'next_at', nullable: true })
  nextAt!: Date | null;

  /** Why the last attempt failed. */
  @Column('text', { nullable: true })
  error!: string | null;
}
