import { Injectable } from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import { earlierEmailKey, emailKey } from '#kernel';
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

  /**
   * Where an earlier build let one mailbox have two accounts, the second one kept its earlier key: the earlier key is
   * looked for first, so that each is found by its own spelling.
   */
  async byEmail(email: string): Promise<Account | null> {
    const [earlier, key] = [earlierEmailKey(email), emailKey(email)];
    const found = earlier === key ? null : await this.db.entities.findOneBy(Account, { emailKey: earlier });
    return found ?? this.db.entities.findOneBy(Account, { emailKey: key });
  }

  byId(id: string): Promise<Account | null> {
    return this.db.entities.findOneBy(Account, { id });
  }

  /** With its sessions, which go by the foreign key. */
  async remove(id: string): Promise<void> {
    await this.db.entities.delete(Account, { id });
  }

  /** Unless it was changed meanwhile. */
  async rehash(id: string, passwordHash: string, next: string): Promise<void> {
    await this.db.entities.update(Account, { id, passwordHash }, { passwordHash: next });
  }

  async change(id: string, changes: Partial<Pick<Account, 'passwordHash' | 'role'>>): Promise<void> {
    await this.db.entities.update(Account, { id }, changes);
  }
}
