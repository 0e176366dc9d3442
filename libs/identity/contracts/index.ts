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

/**
 * Somebody is to be forgotten: their key is destroyed, and whoever holds anything of theirs lets go of it and answers
 * with PartErased. The subject is the account's id, or the order's for a guest.
 */
export class PersonErased extends Message<{
  readonly erasureId: Uuid;
  readonly subject: Uuid;
  readonly kind: 'customer' | 'guest';
  /** The cart a guest ordered from; a customer's follows from their id. */
  readonly cartId?: Uuid;
  readonly at: string;
}> {
  static readonly type = 'identity.subject-erased.v1';
  get key(): string {
    return this.body.subject;
  }
}

/**
 * A context has let go of what it held of a person. Its id follows from PersonErased and the name of the handler, which
 * therefore is another one in every context.
 */
export class PartErased extends Message<{
  readonly erasureId: Uuid;
  readonly subject: Uuid;
  /** Who it was: `notifications`. */
  readonly context: string;
}> {
  static readonly type = 'identity.part-erased.v1';
  get key(): string {
    return this.body.subject;
  }
}
