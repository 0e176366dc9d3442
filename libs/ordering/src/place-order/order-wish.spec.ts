import { contactOf, missing, type OrderWish } from './order-wish';

const pickup: OrderWish = { fulfilment: { type: 'pickup' }, payment: { method: 'cash' } };
const contact = { name: 'An', phone: '0901234567' };

describe('What an order needs to be told', () => {
  it('from a guest: who they are', () => {
    expect(missing(pickup, false)).toEqual(['contact.name', 'contact.phone']);
    expect(missing({ ...pickup, contact }, false)).toEqual([]);
  });

  it('from a signed-in customer who comes by: nothing', () => {
    expect(missing(pickup, true)).toEqual([]);
  });

  it('for a delivery: where to, and whom to call', () => {
    const delivery: OrderWish = { ...pickup, fulfilment: { type: 'delivery' } };
    expect(missing(delivery, true)).toEqual(['contact.phone', 'fulfilment.address']);
    expect(missing({ ...delivery, contact, fulfilment: { type: 'delivery', address: '1 Lê Lợi' } }, true)).toEqual([]);
  });

  it('for a card: its token', () => {
    expect(missing({ ...pickup, payment: { method: 'card' } }, true)).toEqual(['payment.token']);
    expect(missing({ ...pickup, payment: { method: 'card', token: 'tok_ok' } }, true)).toEqual([]);
  });

  it('and the account stands in for what was not sent', () => {
    expect(contactOf(pickup, 'an@example.com')).toEqual({ name: 'an', phone: null, email: 'an@example.com' });
    expect(contactOf({ ...pickup, contact }, null)).toEqual({ ...contact, email: null });
    expect(contactOf({ ...pickup, contact: { ...contact, email: 'x@y.z' } }, 'an@example.com').email).toBe('x@y.z');
  });
});
