import { vnd } from '#kernel';

const id = (end: string) => `019ab3c4-5d6e-7f80-9a1b-2c3d4e5f${end}`;

/** The example in the OpenAPI document: a confirmed order, paid by card, for pickup. */
export const orderExample = {
  id: id('6071'),
  number: '261123-4F7K2-9QXWM',
  status: 'confirmed' as const,
  version: 2,
  customerId: id('6072'),
  locale: 'vi' as const,
  lines: [
    {
      id: id('6073'),
      productId: id('6074'),
      variantId: id('6075'),
      sku: 'CA-PHE-SUA-DA-SIZE-L',
      name: 'Cà phê sữa đá',
      variantName: 'Lớn',
      quantity: 2,
      unitPrice: vnd(40_000),
      lineTotal: vnd(80_000),
      modifiers: [{ optionId: id('6076'), group: 'Topping', name: 'Trân châu', quantity: 1, price: vnd(5_000) }],
    },
  ],
  subtotal: vnd(80_000),
  deliveryFee: vnd(0),
  total: vnd(80_000),
  contact: { name: 'Nguyễn Văn An', phone: '+84901234567', email: 'an@example.com' },
  fulfilment: { type: 'pickup' as const, address: null },
  payment: {
    method: 'card' as const,
    provider: 'sandbox',
    status: 'paid' as const,
    paid: vnd(80_000),
    refunded: vnd(0),
    owed: vnd(0),
  },
  note: 'Ít đá giúp mình nhé',
  placedAt: '2026-11-23T03:04:05.678Z',
  updatedAt: '2026-11-23T03:04:06.123Z',
  since: { pending: '2026-11-23T03:04:05.678Z', confirmed: '2026-11-23T03:04:06.123Z' },
  cancellationRequested: false,
  ended: false,
  cancellation: null,
  hold: null,
  refunds: [],
};
