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
}

/** What is missing, as field paths: guests say who they are, a delivery needs an address and a phone, a card its token. */
export function missing(wish: OrderWish, signedIn: boolean): readonly string[] {
  const { contact, fulfilment, payment } = wish;
  const delivered = fulfilment.type === 'delivery';
  return [
    ...(signedIn || contact?.name ? [] : ['contact.name']),
    ...(contact?.phone || (signedIn && !delivered) ? [] : ['contact.phone']),
    ...(delivered && !fulfilment.address ? ['fulfilment.address'] : []),
    ...(payment.method === 'card' && !payment.token ? ['payment.token'] : []),
  ];
}

/** Who is told about the order; a signed-in customer's own address stands in for what was not sent. */
export function contactOf({ contact }: OrderWish, accountEmail: string | null) {
  const email = contact?.email || accountEmail;
  return {
    name: contact?.name || (accountEmail?.split('@')[0] ?? ''),
    phone: contact?.phone || null,
    email: email || null,
  };
}
