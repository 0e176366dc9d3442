import { Column, Entity, PrimaryColumn } from 'typeorm';

import type { Uuid } from '#kernel';

@Entity('brands')
export class BrandEntity {
  @PrimaryColumn('uuid')
  id!: Uuid;

  @Column('text')
  slug!: string;

  @Column('text')
  name!: string;

  @Column('text', { nullable: true })
  description!: string | null;

  @Column('int')
  version!: number;

  @Column({ type: 'timestamptz', name: 'created_at', update: false })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
