import type { Money } from '#kernel';
import type { FulfilmentType } from '../model/placed-order';

/** The payment methods that a request can name. PAYMENT_PROVIDERS decides which of these methods the shop accepts. */
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
  /** The total that the customer agrees to pay. If the order has another total, it is refused. */
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
 * Joins the fields of a saved address into one text. For a delivery, a missing name or telephone of the contact is
 * taken from the address.
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
 * The paths of the missing fields. A guest must give a name and a telephone. A delivery needs an address, and a card
 * payment needs the card's token. A delivery for a signed-in customer also needs a telephone, but perhaps the profile
 * has it, so it is checked later (CallerAccounts).
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
 * Fields that would not be stored: the address of a pickup, and the token of a cash payment. They are refused, because
 * perhaps the sender relies on them.
 */
export function findUnusedFields({ fulfilment, payment }: OrderRequest): readonly { field: string; code: string }[] {
  return [
    ...(fulfilment.type === 'pickup' && fulfilment.address
      ? [{ field: 'fulfilment.address', code: 'order.deliveryOnly' }]
      : []),
    ...(payment.method === 'cash' && payment.token ? [{ field: 'payment.token', code: 'order.cardOnly' }] : []),
  ];
}

/** The contact data that the shop has about a signed-in user. */
export interface Account {
  readonly name: string;
  readonly phone: string | null;
  readonly email: string;
}

/** The person who gets messages about the order. Fields that were not sent come from a signed-in customer's account. */
export const contactOf = ({ contact }: OrderRequest, account: Account | undefined) => ({
  name: contact?.name || account?.name || '',
  phone: contact?.phone || account?.phone || null,
  email: contact?.email || account?.email || null,
});
