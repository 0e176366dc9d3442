import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { NotFound, type Uuid } from '#kernel';
import { Database } from '#database';
import type { Role } from '#platform/security';
import { Accounts } from '../model/accounts.store';
import { LastAdmin } from '../model/identity-errors';

/** Gives an account another role. Its sessions end. The person must log in again to use the new role. */
export class ChangeRole extends Command<{ readonly id: Uuid; readonly role: Role }> {
  constructor(
    readonly userId: Uuid,
    readonly role: Role,
  ) {
    super();
  }
}

@CommandHandler(ChangeRole)
export class ChangeRoleHandler implements ICommandHandler<ChangeRole> {
  constructor(
    private readonly db: Database,
    private readonly accounts: Accounts,
  ) {}

  async execute({ userId: id, role }: ChangeRole): Promise<{ readonly id: Uuid; readonly role: Role }> {
    return this.db.transaction(async () => {
      const admins = await this.accounts.lockAdmins();
      const account = await this.accounts.byId(id);
      if (!account) throw new NotFound('account');
      if (role !== 'admin' && account.role === 'admin' && admins === 1) throw new LastAdmin();
      if (account.role !== role) await this.accounts.change(id, { role });
      return { id, role };
    });
  }
}
