import { Message, type Sealed, type Uuid } from '#kernel';

/** A person has registered. The account's id is the customer's id in every context. */
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
 * A person is erased: their key is destroyed, and each context deletes its data of the person and answers with PartErased.
 * The subject is the account's id, or the order's id for a guest.
 */
export class PersonErased extends Message<{
  readonly erasureId: Uuid;
  readonly subject: Uuid;
  readonly kind: 'customer' | 'guest';
  /** The cart from which the guest ordered. The id of a customer's cart follows from their id. */
  readonly cartId?: Uuid;
  readonly at: string;
}> {
  static readonly type = 'identity.subject-erased.v1';
  get key(): string {
    return this.body.subject;
  }
}

/**
 * A context has deleted its data of a person. The message's id follows from PersonErased and the handler's name, so that
 * name must differ between contexts.
 */
export class PartErased extends Message<{
  readonly erasureId: Uuid;
  readonly subject: Uuid;
  /** The name of the context, such as `notifications`. */
  readonly context: string;
}> {
  static readonly type = 'identity.part-erased.v1';
  get key(): string {
    return this.body.subject;
  }
}
