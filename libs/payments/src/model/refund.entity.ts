import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Uuid } from '#kernel';
import type { Refund } from './refund';

@Entity('refunds')
export class RefundEntity {
  @PrimaryColumn('uuid')
  id!: Uuid;

  @Column('uuid', { name: 'order_id' })
  orderId!: Uuid;

  /** In đồng. */
  @Column('bigint')
  amount!: number;

  @Column('text')
  state!: Refund['state'];

  @Column('text', { nullable: true })
  reason!: string | null;

  /** How many calls in a row the provider did not answer. */
  @Column('int')
  unanswered!: number;

  @Column('timestamptz', { name: 'next_at', nullable: true })
  nextAt!: Date | null;

  @Column('timestamptz', { name: 'claimed_until', nullable: true })
  claimedUntil!: Date | null;

  @Column({ type: 'timestamptz', name: 'created_at', insert: false, update: false })
  createdAt!: Date;
}
