import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { NotFound, type Uuid } from '#kernel';
import { Accounts } from '../model/accounts.store';
import type { Erasure } from './erasure';
import { Erasures } from './erasures.store';

export class ViewErasure extends Query<Erasure> {
  constructor(readonly id: Uuid) {
    super();
  }
}

@QueryHandler(ViewErasure)
export class ViewErasureHandler implements IQueryHandler<ViewErasure> {
  constructor(private readonly erasures: Erasures) {}

  async execute({ id }: ViewErasure): Promise<Erasure> {
    const erasure = await this.erasures.find(id);
    if (!erasure) throw new NotFound('erasure');
    return erasure;
  }
}

/** The erasures, newest first. */
export class ListErasures extends Query<readonly Erasure[]> {
  constructor(
    readonly limit: number,
    readonly before?: { readonly at: string; readonly id: Uuid },
  ) {
    super();
  }
}

@QueryHandler(ListErasures)
export class ListErasuresHandler implements IQueryHandler<ListErasures> {
  constructor(private readonly erasures: Erasures) {}

  execute({ limit, before }: ListErasures): Promise<readonly Erasure[]> {
    return this.erasures.list(before, limit);
  }
}

/** The id of the account with an e-mail address. An operator perhaps knows only the address. */
export class AccountWithEmail extends Query<Uuid> {
  constructor(readonly email: string) {
    super();
  }
}

@QueryHandler(AccountWithEmail)
export class AccountWithEmailHandler implements IQueryHandler<AccountWithEmail> {
  constructor(private readonly accounts: Accounts) {}

  async execute({ email }: AccountWithEmail): Promise<Uuid> {
    const account = await this.accounts.byEmail(email);
    if (!account) throw new NotFound('account');
    return account.id;
  }
}
