import { Message, type Sealed, type Uuid } from '#kernel';

/** Somebody registered. The account's id is the customer's id everywhere. */
export class AccountRegistered extends Message<{
  readonly userId: Uuid;
  readonly email: Sealed;
  readonly name: Sealed;
  readonly locale: 'vi' | 'en';
  readonly at: string;
}> {
  static readonly type = 'identity.account-registered.v1';
  get key(): string {
    return this.body.userId;
  }
}
