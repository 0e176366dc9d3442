import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Uuid } from '#kernel';
import type { CartLine } from './cart';

@Entity('carts')
export class CartEntity {
  @PrimaryColumn('uuid')
  id!: Uuid;

  @Column('uuid', { name: 'user_id', nullable: true })
  userId!: Uuid | null;

  /** SHA-256 of the number in the guest's token, in hexadecimal. */
  @Column('text', { name: 'token_hash', nullable: true })
  tokenHash!: string | null;

  @Column('int')
  version!: number;

  @Column('jsonb')
  lines!: readonly CartLine[];

  @Column('int', { name: 'ordered_version', nullable: true })
  orderedVersion!: number | null;

  @Column('uuid', { name: 'merged_into', nullable: true })
  mergedInto!: Uuid | null;

  @Column('bigint', { name: 'merged_since', nullable: true })
  mergedSince!: number | null;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  /** When the owner's data was erased. */
  @Column('timestamptz', { name: 'closed_at', nullable: true })
  closedAt!: Date | null;
}
