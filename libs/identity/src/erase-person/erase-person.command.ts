import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { NotFound, type Uuid } from '#kernel';
import { Accounts } from '../model/accounts.store';
import { PasswordWrong, StaffAccount } from '../model/identity-errors';
import { Passwords } from '../model/passwords.adapter';
import type { Erasure } from './erasure';
import { Erasures } from './erasures.store';
import { PersonEraser } from './person-eraser.adapter';

/** Erases the caller's own account. The caller confirms this with the password. */
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
    private readonly eraser: PersonEraser,
  ) {}

  async execute({ userId, password }: EraseMe): Promise<Erasure> {
    const account = await this.accounts.byId(userId);
    if (!(await this.passwords.matches(password, account?.passwordHash))) throw new PasswordWrong();
    if (account!.role !== 'customer') throw new StaffAccount();
    return this.eraser.erase(userId, 'customer');
  }
}

/** Erases an account on behalf of staff. A repeated request returns the state of the erasure. */
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
    private readonly eraser: PersonEraser,
  ) {}

  async execute({ userId }: EraseAccount): Promise<Erasure> {
    const account = await this.accounts.byId(userId);
    if (account && account.role !== 'customer') throw new StaffAccount();
    if (account) return this.eraser.erase(userId, 'customer');
    const erasure = await this.erasures.ofSubject(userId);
    if (erasure?.kind !== 'customer') throw new NotFound('account');
    return erasure;
  }
}

/** Erases the guest of one order. The shop cannot know whether other orders are from the same guest. */
export class EraseGuest extends Command<Erasure> {
  constructor(readonly orderId: Uuid) {
    super();
  }
}

@CommandHandler(EraseGuest)
export class EraseGuestHandler implements ICommandHandler<EraseGuest> {
  constructor(private readonly eraser: PersonEraser) {}

  execute({ orderId }: EraseGuest): Promise<Erasure> {
    return this.eraser.erase(orderId, 'guest');
  }
}
