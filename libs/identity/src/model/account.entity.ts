import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Role } from '#platform/security';

/** An account. The e-mail is kept as it was written, and compared by its key. */
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

  /** Whether ADMIN_EMAIL created it. */
  @Column('boolean', { default: false })
  seeded!: boolean;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
