import type { Money } from '#kernel';
import type { FulfilmentType } from '../model/placed-order';

/** The payment methods that the API names. The providers decide which of them the shop accepts. */
export const namedMethods = ['card', 'cash', 'vnpay', 'momo', 'vietqr'] as const;
export type NamedMethod = (typeof namedMethods)[number];

/** The input for placing an order. */
export interface OrderRequest {
  readonly contact?: {
    readonly name?: string | null;
    readonly phone?: string | null;
    readonly email?: string | null;
  } | null;
  readonly fulfilment: { readonly type: FulfilmentType; readonly address?: string | null };
  readonly payment: { readonly method: NamedMethod; readonly token?: string | null };
  readonly note?: string | null;
  /** The total that the customer agrees to pay. Another total is refused. */
  readonly expectedTotal?: Money;
}

/** An address in the format of `/users/me/addresses`. */
export interface SavedAddress {
  readonly line1: string;
  readonly line2?: string | null;
  readonly ward?: string | null;
  readonly district?: string | null;
  readonly city?: string | null;
  readonly recipient?: string | null;
  readonly phone?: string | null;
}

/** The body of a request to order the cart. */
export interface SentOrder extends Omit<OrderRequest, 'fulfilment'> {
  readonly fulfilment: { readonly type: FulfilmentType; readonly address?: string | SavedAddress | null };
}

/**
 * Joins a saved address into one text. For a delivery, the address's recipient and telephone are used if the contact has
 * none.
 */
export function toOrderRequest(sent: SentOrder): OrderRequest {
  const { type, address } = sent.fulfilment;
  if (typeof address === 'string' || !address) return { ...sent, fulfilment: { type, address } };
  const { line1, line2, ward, district, city, recipient, phone } = address;
  const text = [line1, line2, ward, district, city].filter(Boolean).join(', ');
  const { contact } = sent;
  const completedContact = { ...contact, name: contact?.name || recipient, phone: contact?.phone || phone };
  return { ...sent, contact: type === 'delivery' ? completedContact : contact, fulfilment: { type, address: text } };
}

/**
 * Missing fields, as paths. A guest must give a name and a telephone, a delivery needs an address, and a card needs its
 * token. A customer's delivery also needs a telephone, but it may be in the profile.
 */
export function findMissingFields(request: OrderRequest, signedIn: boolean): readonly string[] {
  const { contact, fulfilment, payment } = request;
  const delivered = fulfilment.type === 'delivery';
  return [
    ...(signedIn || contact?.name ? [] : ['contact.name']),
    ...(contact?.phone || signedIn ? [] : ['contact.phone']),
    ...(delivered && !fulfilment.address ? ['fulfilment.address'] : []),
    ...(payment.method === 'card' && !payment.token ? ['payment.token'] : []),
  ];
}

/**
 * Fields that would not be stored, although the sender may rely on them: a pickup has no address, and cash has no
 * token.
 */
export function findUnusedFields({ fulfilment, payment }: OrderRequest): readonly { field: string; code: string }[] {
  return [
    ...(fulfilment.type === 'pickup' && fulfilment.address
      ? [{ field: 'fulfilment.address', code: 'order.deliveryOnly' }]
      : []),
    ...(payment.method === 'cash' && payment.token ? [{ field: 'payment.token', code: 'order.cardOnly' }] : []),
  ];
}

/** What the shop knows about a signed-in customer. */
export interface Account {
  readonly name: string;
  readonly phone: string | null;
  readonly email: string;
}

/** The person who is told about the order. Fields that were not sent come from a signed-in customer's profile. */
export const contactOf = ({ contact }: OrderRequest, account: Account | undefined) => ({
  name: contact?.name || account?.name || '',
  phone: contact?.phone || account?.phone || null,
  email: contact?.email || account?.email || null,
});
