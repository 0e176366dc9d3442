import { contactOf, findMissingFields, toOrderRequest, findUnusedFields, type OrderRequest } from './order-request';

const pickup: OrderRequest = { fulfilment: { type: 'pickup' }, payment: { method: 'cash' } };
const contact = { name: 'An', phone: '0901234567' };

describe('The required fields of an order', () => {
  it('are name and telephone for a guest', () => {
    expect(findMissingFields(pickup, false)).toEqual(['contact.name', 'contact.phone']);
    expect(findMissingFields({ ...pickup, contact }, false)).toEqual([]);
  });

  it('do not exist for a signed-in customer who picks the order up', () => {
    expect(findMissingFields(pickup, true)).toEqual([]);
  });

  it('are an address for a delivery, and also a telephone for a guest', () => {
    const delivery: OrderRequest = { ...pickup, fulfilment: { type: 'delivery' } };
    expect(findMissingFields(delivery, true)).toEqual(['fulfilment.address']);
    expect(findMissingFields({ ...delivery, contact: { name: 'An' } }, false)).toEqual([
      'contact.phone',
      'fulfilment.address',
    ]);
    expect(
      findMissingFields({ ...delivery, contact, fulfilment: { type: 'delivery', address: '1 Lê Lợi' } }, true),
    ).toEqual([]);
  });

  it('are the token of the card for a card payment', () => {
    expect(findMissingFields({ ...pickup, payment: { method: 'card' } }, true)).toEqual(['payment.token']);
    expect(findMissingFields({ ...pickup, payment: { method: 'card', token: 'tok_ok' } }, true)).toEqual([]);
  });

  it('are taken from the profile if they were not sent', () => {
    const account = { name: 'Nguyễn Văn An', phone: '0907654321', email: 'an@example.com' };
    expect(contactOf(pickup, account)).toEqual(account);
    expect(contactOf({ ...pickup, contact }, account)).toEqual({ ...contact, email: account.email });
    expect(contactOf({ ...pickup, contact: { name: 'Bình' } }, account)).toEqual({ ...account, name: 'Bình' });
    expect(contactOf({ ...pickup, contact: { ...contact, email: 'x@y.z' } }, account).email).toBe('x@y.z');
    expect(contactOf({ ...pickup, contact }, undefined)).toEqual({ ...contact, email: null });
  });
});

describe('An order with fields that would not be stored', () => {
  it('is refused if it is a pickup with an address, or cash with a token', () => {
    const address = '12 Lê Lợi';
    const cash = { method: 'cash' as const, token: 'tok_ok' };
    const fields = (request: object) => findUnusedFields({ ...pickup, ...request }).map(({ field }) => field);
    expect(fields({ fulfilment: { type: 'pickup', address } })).toEqual(['fulfilment.address']);
    expect(fields({ payment: cash })).toEqual(['payment.token']);
    expect(fields({ fulfilment: { type: 'pickup', address: null }, payment: { ...cash, token: null } })).toEqual([]);
    expect(fields({ fulfilment: { type: 'delivery', address }, payment: { method: 'card', token: 'tok_ok' } })).toEqual(
      [],
    );
  });
});

describe('A delivery to a saved address', () => {
  const saved = {
    ...{ line1: '12 Lê Lợi', line2: null, ward: 'Bến Nghé', district: '', city: 'Huế' },
    ...{ recipient: 'Bình', phone: '0907654321' },
  };
  const to = (address: object | string, more: object = {}) =>
    toOrderRequest({ ...pickup, fulfilment: { type: 'delivery', address: address as string }, ...more });

  it('joins its lines, ward, district and city in a fixed order', () => {
    const { city, line1, ...rest } = saved;
    for (const address of [saved, { city, ...rest, line1 }])
      expect(to(address).fulfilment.address).toBe('12 Lê Lợi, Bến Nghé, Huế');
    expect(to({ ...saved, line2: 'Lầu 2', district: 'Quận 1' }).fulfilment.address).toBe(
      '12 Lê Lợi, Lầu 2, Bến Nghé, Quận 1, Huế',
    );
    expect(to('12 Lê Lợi').fulfilment.address).toBe('12 Lê Lợi');
  });

  it('uses the recipient and telephone of the address if the contact has none', () => {
    expect(to(saved).contact).toEqual({ name: 'Bình', phone: '0907654321' });
    expect(to(saved, { contact: { name: 'An', email: 'an@example.com' } }).contact).toEqual({
      ...{ name: 'An', phone: '0907654321', email: 'an@example.com' },
    });
    expect(to(saved, { contact }).contact).toEqual(contact);
    expect(findMissingFields(to(saved), false)).toEqual([]);
    expect(toOrderRequest({ ...pickup, fulfilment: { type: 'pickup', address: saved } }).contact).toBeUndefined();
  });
});
