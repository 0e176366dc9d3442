import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Role } from '#platform/security';

/** An account. `email` is the address as the person typed it. `emailKey` is the form that is compared. */
@Entity({ name: 'accounts' })
export class Account {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  email!: string;

  @Column('text', { name: 'email_key' })
  emailKey!: string;

  @Column('text')
  name!: string;

  @Column('text', { name: 'password_hash' })
  passwordHash!: string;

  @Column('text')
  role!: Role;

  @Column('text')
  locale!: 'vi' | 'en';

  /** Whether this is the admin of ADMIN_EMAIL, created or accepted at a start of the shop. */
  @Column('boolean', { default: false })
  seeded!: boolean;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
