import { DomainError, type Uuid } from '#kernel';

export class CartAlreadyOrdered extends DomainError {
  constructor(
    readonly cartId: Uuid,
    readonly cartVersion: number,
    readonly orderId: Uuid | null,
  ) {
    super(
      'CART_ALREADY_ORDERED',
      'conflict',
      'This cart has been ordered already: see your orders.',
      orderId ? { orderId } : {},
    );
  }
}
