import type { Money } from '#kernel';

/** The ways to pay that the API has names for. Which of them the shop takes is a matter of its providers. */
export const namedMethods = ['card', 'cash', 'vnpay', 'momo', 'vietqr'] as const;
export type NamedMethod = (typeof namedMethods)[number];

/** What an order is placed with. */
export interface OrderWish {
  readonly contact?: {
    readonly name?: string | null;
    readonly phone?: string | null;
    readonly email?: string | null;
  } | null;
  readonly fulfilment: { readonly type: 'pickup' | 'delivery'; readonly address?: string | null };
  readonly payment: { readonly method: NamedMethod; readonly token?: string | null };
  readonly note?: string | null;
  /** What the customer agrees to pay; another total is refused. */
  readonly expectedTotal?: Money;
}

/** An address as `/users/me/addresses` has it. */
export interface SavedAddress {
  readonly line1: string;
  readonly line2?: string | null;
  readonly ward?: string | null;
  readonly district?: string | null;
  readonly city?: string | null;
  readonly recipient?: string | null;
  readonly phone?: string | null;
}

/** What somebody sends to order the cart. */
export interface SentOrder extends Omit<OrderWish, 'fulfilment'> {
  readonly fulfilment: { readonly type: 'pickup' | 'delivery'; readonly address?: string | SavedAddress | null };
}

/** A saved address becomes one text. Its recipient and telephone are the contact's, where the contact has none. */
export function orderWish(sent: SentOrder): OrderWish {
  const { type, address } = sent.fulfilment;
  if (typeof address === 'string' || !address) return { ...sent, fulfilment: { type, address } };
  const { line1, line2, ward, district, city, recipient, phone } = address;
  const text = [line1, line2, ward, district, city].filter(Boolean).join(', ');
  const { contact } = sent;
  const called = { ...contact, name: contact?.name || recipient, phone: contact?.phone || phone };
  return { ...sent, contact: type === 'delivery' ? called : contact, fulfilment: { type, address: text } };
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
