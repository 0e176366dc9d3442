import type { Money } from '#kernel';

/** What somebody sends to order the cart. */
export interface OrderWish {
  readonly contact?: {
    readonly name?: string | null;
    readonly phone?: string | null;
    readonly email?: string | null;
  } | null;
  readonly fulfilment: { readonly type: 'pickup' | 'delivery'; readonly address?: string | null };
  readonly payment: { readonly method: 'card' | 'cash'; readonly token?: string | null };
  readonly note?: string | null;
  /** What the customer agrees to pay; another total is refused. */
  readonly expectedTotal?: Money;
}

/**
 * What is missing, as field paths: guests say who they are, a delivery needs an address, a card its token. A telephone
 * that a customer's delivery needs may be in their profile.
 */
export function missing(wish: OrderWish, signedIn: boolean): readonly string[] {
  const { contact, fulfilment, payment } = wish;
  const delivered = fulfilment.type === 'delivery';
  return [
    ...(signedIn || contact?.name ? [] : ['contact.name']),
    ...(contact?.phone || signedIn ? [] : ['contact.phone']),
    ...(delivered && !fulfilment.address ? ['fulfilment.address'] : []),
    ...(payment.method === 'card' && !payment.token ? ['payment.token'] : []),
  ];
}

/** What is known of a signed-in customer. */
export interface Account {
  readonly name: string;
  readonly phone: string | null;
  readonly email: string;
}

/** Who is told about the order: what was sent, and for a signed-in customer their profile for what was not. */
export const contactOf = ({ contact }: OrderWish, account: Account | undefined) => ({
  name: contact?.name || account?.name || '',
  phone: contact?.phone || account?.phone || null,
  email: contact?.email || account?.email || null,
});
