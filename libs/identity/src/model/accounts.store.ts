import { Injectable } from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import { emailKey } from '#kernel';
import { Database } from '#platform/database';
import { Account } from './account.entity';
import { EmailTaken } from './identity-errors';

const UNIQUE_VIOLATION = '23505';

@Injectable()
export class Accounts {
  constructor(private readonly db: Database) {}

  async add(account: Omit<Account, 'emailKey'>): Promise<void> {
    try {
      await this.db.entities.insert(Account, { ...account, emailKey: emailKey(account.email) });
    } catch (error) {
      if (error instanceof QueryFailedError && (error.driverError as { code?: string }).code === UNIQUE_VIOLATION)
        throw new EmailTaken();
      throw error;
    }
  }

  byEmail(email: string): Promise<Account | null> {
    return this.db.entities.findOneBy(Account, { emailKey: emailKey(email) });
  }

  byId(id: string): Promise<Account | null> {
    return this.db.entities.findOneBy(Account, { id });
  }

  /** With its sessions, which go by the foreign key. */
  async remove(id: string): Promise<void> {
    await this.db.entities.delete(Account, { id });
  }

  async change(id: string, changes: Partial<Pick<Account, 'passwordHash' | 'role'>>): Promise<void> {
    await this.db.entities.update(Account, { id }, changes);
  }
}
