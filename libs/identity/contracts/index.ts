import { Message, type Sealed, type Uuid } from '#kernel';

/** A person has registered. `userId` is the account's id. Every context uses the same id for the customer. */
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
 * The key of a person was destroyed. Each context must delete its data about the person and answer with ContextErased.
 * The subject is the account's id, or the order's id for a guest.
 */
export class PersonErased extends Message<{
  readonly erasureId: Uuid;
  readonly subject: Uuid;
  readonly kind: 'customer' | 'guest';
  /** The cart from which the guest ordered. The id of a customer's cart is derived from the customer's id. */
  readonly cartId?: Uuid;
  readonly at: string;
}> {
  static readonly type = 'identity.subject-erased.v1';
  get key(): string {
    return this.body.subject;
  }
}

/**
 * A context has deleted its data about a person. The id of this message is derived from the id of PersonErased and the
 * name of the handler that sends it. So the handlers of two contexts must have different names.
 */
export class ContextErased extends Message<{
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
