import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Uuid } from '#kernel';
import type { FindingKind, FindingState } from './finding';

@Entity('payment_findings')
export class PaymentFindingEntity {
  @PrimaryColumn('uuid')
  id!: Uuid;

  @Column('text')
  kind!: FindingKind;

  @Column('text')
  provider!: string;

  @Column('text', { name: 'charge_id', nullable: true })
  chargeId!: string | null;

  @Column('text', { name: 'payment_key' })
  paymentKey!: string;

  @Column('uuid', { name: 'payment_id', nullable: true })
  paymentId!: Uuid | null;

  @Column('uuid', { name: 'order_id', nullable: true })
  orderId!: Uuid | null;

  /** In the smallest unit of the currency. */
  @Column('bigint')
  amount!: number;

  @Column('text')
  currency!: string;

  @Column('text')
  state!: FindingState;

  @Column('text', { nullable: true })
  reason!: string | null;

  /** How many calls in a row the provider did not answer. */
  @Column('int')
  unanswered!: number;

  @Column('timestamptz', { name: 'next_at', nullable: true })
  nextAt!: Date | null;

  @Column('timestamptz', { name: 'claimed_until', nullable: true })
  claimedUntil!: Date | null;

  @Column('timestamptz', { name: 'found_at' })
  foundAt!: Date;

  @Column('timestamptz', { name: 'settled_at', nullable: true })
  settledAt!: Date | null;

  /** What the person who settled the finding found out. */
  @Column('text', { nullable: true })
  note!: string | null;

  @Column('uuid', { name: 'settled_by', nullable: true })
  settledBy!: Uuid | null;
}
