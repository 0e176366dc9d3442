import { Injectable } from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import { earlierEmailKey, emailKey, type Uuid } from '#kernel';
import { Database, hasSqlState, SqlState, statement } from '#database';
import { Account } from './account.entity';
import { EmailTaken } from './identity-errors';

// The rows are always locked in the same order. Otherwise two transactions could block each other (deadlock).
const lockAdmins = statement(
  'accounts-lock-admins',
  `select id from accounts where role = 'admin' order by id for update`,
);

const endSessions = statement(
  'sessions_end_of_account',
  `update sessions set revoked_at = now(), revoked_for = 'account-changed'
    where account_id = $1 and revoked_at is null and id is distinct from $2::uuid`,
);

@Injectable()
export class Accounts {
  constructor(private readonly db: Database) {}

  async add(account: Omit<Account, 'emailKey' | 'seeded'> & { seeded?: boolean }): Promise<void> {
    try {
      await this.db.entities.insert(Account, { ...account, emailKey: emailKey(account.email) });
    } catch (error) {
      if (error instanceof QueryFailedError && hasSqlState(error.driverError, SqlState.uniqueViolation))
        throw new EmailTaken();
      throw error;
    }
  }

  /**
   * An earlier version of the shop allowed two accounts for one mailbox. The second account still has the earlier form
   * of the key. So the earlier form is looked up first. Then each account is found by its own spelling.
   */
  async byEmail(email: string): Promise<Account | null> {
    const [earlier, key] = [earlierEmailKey(email), emailKey(email)];
    const found = earlier === key ? null : await this.db.entities.findOneBy(Account, { emailKey: earlier });
    return found ?? this.db.entities.findOneBy(Account, { emailKey: key });
  }

  byId(id: string): Promise<Account | null> {
    return this.db.entities.findOneBy(Account, { id });
  }

  /** Returns the number of admins, and locks their rows until the transaction ends. */
  async lockAdmins(): Promise<number> {
    return (await this.db.query(lockAdmins)).length;
  }

  /** Deletes the account. The foreign key deletes its sessions too. */
  async remove(id: string): Promise<void> {
    await this.db.entities.delete(Account, { id });
  }

  /** Stores the new hash. Does nothing if the password has changed since it was checked. */
  async rehash(id: string, passwordHash: string, newHash: string): Promise<void> {
    await this.db.entities.update(Account, { id, passwordHash }, { passwordHash: newHash });
  }

  /** Changes the account and ends all its sessions, except the session `except`. */
  async change(
    id: Uuid,
    changes: Partial<Pick<Account, 'passwordHash' | 'role' | 'seeded'>>,
    except?: Uuid,
  ): Promise<void> {
    await this.db.transaction(async () => {
      await this.db.entities.update(Account, { id }, changes);
      await this.db.query(endSessions, [id, except ?? null]);
    });
  }
}
