import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { NotFound, type Uuid } from '#kernel';
import { Accounts } from '../model/accounts.store';
import { PasswordWrong, StaffAccount } from '../model/identity-errors';
import { Passwords } from '../model/passwords.adapter';
import type { Erasure } from './erasure';
import { Erasures } from './erasures.store';
import { Forgetting } from './forgetting.adapter';

/** A person erases their own account, and confirms it with their password. */
export class EraseMe extends Command<Erasure> {
  constructor(
    readonly userId: Uuid,
    readonly password: string,
  ) {
    super();
  }
}

@CommandHandler(EraseMe)
export class EraseMeHandler implements ICommandHandler<EraseMe> {
  constructor(
    private readonly accounts: Accounts,
    private readonly passwords: Passwords,
    private readonly forgetting: Forgetting,
  ) {}

  async execute({ userId, password }: EraseMe): Promise<Erasure> {
    const account = await this.accounts.byId(userId);
    if (!(await this.passwords.fits(password, account?.passwordHash))) throw new PasswordWrong();
    if (account!.role !== 'customer') throw new StaffAccount();
    return this.forgetting.begin(userId, 'customer');
  }
}

/** Staff erase an account. If it was asked for before, the answer says how far it is. */
export class EraseAccount extends Command<Erasure> {
  constructor(readonly userId: Uuid) {
    super();
  }
}

@CommandHandler(EraseAccount)
export class EraseAccountHandler implements ICommandHandler<EraseAccount> {
  constructor(
    private readonly accounts: Accounts,
    private readonly erasures: Erasures,
    private readonly forgetting: Forgetting,
  ) {}

  async execute({ userId }: EraseAccount): Promise<Erasure> {
    const account = await this.accounts.byId(userId);
    if (account && account.role !== 'customer') throw new StaffAccount();
    if (account) return this.forgetting.begin(userId, 'customer');
    const erasure = await this.erasures.ofSubject(userId);
    if (erasure?.kind !== 'customer') throw new NotFound('account');
    return erasure;
  }
}

/** A guest is known only by one order. Another order of theirs belongs to another person, as far as we know. */
export class EraseGuest extends Command<Erasure> {
  constructor(readonly orderId: Uuid) {
    super();
  }
}

@CommandHandler(EraseGuest)
export class EraseGuestHandler implements ICommandHandler<EraseGuest> {
  constructor(private readonly forgetting: Forgetting) {}

  execute({ orderId }: EraseGuest): Promise<Erasure> {
    return this.forgetting.begin(orderId, 'guest');
  }
}
