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

  it('for a delivery: where to, and from a guest whom to call', () => {
    const delivery: OrderWish = { ...pickup, fulfilment: { type: 'delivery' } };
    expect(missing(delivery, true)).toEqual(['fulfilment.address']);
    expect(missing({ ...delivery, contact: { name: 'An' } }, false)).toEqual(['contact.phone', 'fulfilment.address']);
    expect(missing({ ...delivery, contact, fulfilment: { type: 'delivery', address: '1 Lê Lợi' } }, true)).toEqual([]);
  });

  it('for a card: its token', () => {
    expect(missing({ ...pickup, payment: { method: 'card' } }, true)).toEqual(['payment.token']);
    expect(missing({ ...pickup, payment: { method: 'card', token: 'tok_ok' } }, true)).toEqual([]);
  });

  it('and the profile stands in for each thing that was not sent', () => {
    const account = { name: 'Nguyễn Văn An', phone: '0907654321', email: 'an@example.com' };
    expect(contactOf(pickup, account)).toEqual(account);
    expect(contactOf({ ...pickup, contact }, account)).toEqual({ ...contact, email: account.email });
    expect(contactOf({ ...pickup, contact: { name: 'Bình' } }, account)).toEqual({ ...account, name: 'Bình' });
    expect(contactOf({ ...pickup, contact: { ...contact, email: 'x@y.z' } }, account).email).toBe('x@y.z');
    expect(contactOf({ ...pickup, contact }, undefined)).toEqual({ ...contact, email: null });
  });
});
