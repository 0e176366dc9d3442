import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: 'customers' })
export class Customer {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  email!: string;

  @Column('text', { nullable: true })
  phone!: string | null;

  @Column('text')
  locale!: 'vi' | 'en';

  @Column('int')
  version!: number;

  /** The fields that the customer changed. A late AccountRegistered message does not overwrite them. */
  @Column('text', { array: true })
  changed!: string[];

  /** When the person was erased. The empty row stays, so that a late message cannot store the person's data again. */
  @Column('timestamptz', { name: 'erased_at', nullable: true })
  erasedAt!: Date | null;
}
