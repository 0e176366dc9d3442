import { Column, Entity, PrimaryColumn } from 'typeorm';

import type { Uuid } from '#kernel';

@Entity('categories')
export class CategoryEntity {
  @PrimaryColumn('uuid')
  id!: Uuid;

  @Column('text')
  slug!: string;

  @Column('text')
  name!: string;

  @Column('text', { name: 'name_en', nullable: true })
  nameEn!: string | null;

  @Column('text', { nullable: true })
  description!: string | null;

  @Column('int')
  position!: number;

  @Column('int')
  version!: number;

  @Column({ type: 'timestamptz', name: 'created_at', update: false })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
