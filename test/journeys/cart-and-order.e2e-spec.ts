import { eventually } from '../support/eventually';
import { openShop, type OpenShop } from '../support/open-shop';
import { anonymous, expectStatus, logIn, register, listDrink, type Person } from '../support/people';

jest.setTimeout(60_000);

const waiting = { headers: { prefer: 'wait=10' } };
const linesOf = async (person: Person) => expectStatus(200, await person.get('/cart')).body.data.lines;

describe('A cart from which an order is placed', () => {
  let open: OpenShop;
  beforeAll(async () => (open = await openShop()), 240_000);
  afterAll(() => open?.close());

  const guestWith = async (variantId: string, quantity: number) => {
    const reply = await anonymous(open.shop).addToCart(variantId, quantity);
    return anonymous(open.shop).withHeaders({ 'x-cart-token': reply.headers.get('x-cart-token')! });
  };

  it('gets its lines back when the order fails, before the cancellation is shown', async () => {
    const drink = await listDrink(open.admin, { stock: 3 });
    const failures: [string, number, string][] = [
      ['tok_declined', 2, 'PAYMENT_DECLINED'],
      ['tok_ok', 4, 'OUT_OF_STOCK'],
    ];
    for (const [card, quantity, code] of failures)
      for (const person of [await register(open.shop), await guestWith(drink.variantId, 1)]) {
        await person.delete('/cart');
        const put = (await person.addToCart(drink.variantId, quantity)).body.data.lines;
        const order = expectStatus(201, await person.placeOrder(card, waiting)).body.data;
        expect(order).toMatchObject({ status: 'cancelled', cancellation: { code } });
        const [line, ...others] = await linesOf(person);
        expect(others).toEqual([]);
        expect(line).toMatchObject({ variantId: drink.variantId, quantity, modifiers: put[0].modifiers });
      }
    const person = await register(open.shop);
    await person.addToCart(drink.variantId, 2);
    await person.placeOrder('tok_declined', waiting);
    const again = expectStatus(201, await person.placeOrder('tok_ok', waiting)).body.data;
    expect(again).toMatchObject({ status: 'confirmed', lines: [{ quantity: 2 }] });
    await eventually(async () => expect(await linesOf(person)).toEqual([]));
  });

  it('gives its lines back to the user’s cart if the guest has logged in, beside lines added meanwhile', async () => {
    const drink = await listDrink(open.admin);
    const guest = await guestWith(drink.variantId, 2);
    const { email } = await register(open.shop);
    const { id } = expectStatus(201, await guest.placeOrder('tok_declined')).body.data;
    const user = await logIn(open.shop, { email, password: 'a-long-Password-1' }, guest.headers);
    await user.addToCart(drink.variantId, 1);
    await guest.waitForStatus(id, 'cancelled');
    expect(await linesOf(user)).toMatchObject([{ variantId: drink.variantId, quantity: 3 }]);
  });

  it('does not get its lines back when the customer cancels', async () => {
    const drink = await listDrink(open.admin);
    const person = await register(open.shop);
    const { id } = await person.buy(drink.variantId, 'tok_slow');
    expectStatus(202, await person.post(`/orders/${id}/cancel`, { body: {} }));
    await person.waitForStatus(id, 'cancelled', 30_000);
    expect(await linesOf(person)).toEqual([]);
  });

  it('is ordered only for the total that the customer saw, if the request contains that total', async () => {
    const drink = await listDrink(open.admin, { price: 50_000 });
    const person = await register(open.shop);
    const seen = (await person.addToCart(drink.variantId, 2)).body.data;
    const path = `/admin/products/${drink.productId}`;
    expectStatus(200, await open.admin.patch(path, { body: { basePrice: 60_000 } }));
    const cart = await eventually(async () => {
      const { data } = (await person.get('/cart')).body;
      expect(data.total.amount).toBe(120_000);
      return data;
    });
    const vnd = (amount: number) => ({ amount, currency: 'VND' });
    expect(cart.lines[0].priceChanged).toEqual({ from: vnd(50_000), to: vnd(60_000) });
    const refused = await person.placeOrder('tok_ok', { body: { expectedTotal: seen.total } });
    expect([refused.status, refused.body.error.code]).toEqual([409, 'PRICE_CHANGED']);
    expect(refused.body.error.details).toEqual([
      { field: 'expectedTotal', message: '100.000 ₫', amount: vnd(100_000) },
      { field: 'total', message: '120.000 ₫', amount: vnd(120_000) },
    ]);
    expect((await person.get('/orders')).body.data).toEqual([]);
    expect(await linesOf(person)).toEqual(cart.lines);
    const order = await person.placeOrder('tok_declined', { ...waiting, body: { expectedTotal: cart.total } });
    expect(expectStatus(201, order).body.data.status).toBe('cancelled');
    expect((await linesOf(person))[0].priceChanged).toBeNull();
  });
});
