import { randomUUID } from 'node:crypto';
import { eventually } from '../../../../test/support/eventually';
import { openShop, type OpenShop } from '../../../../test/support/open-shop';
import {
  anonymous,
  expectStatus,
  mailsTo,
  register,
  listDrink,
  stockOf,
  type Drink,
  type Person,
} from '../../../../test/support/people';

jest.setTimeout(30_000);

const reason = 'Khách hẹn đến lúc 12 giờ';

describe('An order on hold', () => {
  let open: OpenShop;
  let drink: Drink;
  beforeAll(async () => {
    open = await openShop();
    drink = await listDrink(open.admin, { stock: 50 });
  }, 240_000);
  afterAll(() => open?.close());

  async function buyConfirmedOrder(buyer: Person): Promise<string> {
    const { id } = await buyer.buy(drink.variantId, 'tok_ok', 2);
    await buyer.waitForStatus(id, 'confirmed');
    return id;
  }
  const requestStep = (id: string, step: string, body?: object) =>
    open.admin.post(`/admin/orders/${id}/${step}`, { ...(body && { body }) });
  const doStep = async (id: string, step: string, body?: object) =>
    expectStatus(200, await requestStep(id, step, body)).body.data;

  it('cannot be prepared until it is resumed, and can then be completed', async () => {
    const { shop, admin } = open;
    const an = await register(shop);
    const id = await buyConfirmedOrder(an);
    await doStep(id, 'accept');

    const held = await doStep(id, 'hold', { reason });
    expect(held).toMatchObject({ status: 'on-hold', version: 4, hold: { reason } });
    expect((await doStep(id, 'hold', { reason: 'Lý do khác' })).version).toBe(4);
    for (const step of ['accept', 'prepare', 'ready', 'complete'])
      expect(await requestStep(id, step)).toMatchObject({ status: 409, body: { error: { code: 'ORDER_ON_HOLD' } } });

    expect(await an.waitForStatus(id, 'on-hold')).toMatchObject({ hold: { reason: null } });
    for (const list of [await an.get('/orders?status=on-hold'), await admin.get('/admin/orders?status=on-hold')])
      expect(list.body.data.map((one: { id: string }) => one.id)).toContain(id);
    const history = (await an.get(`/orders/${id}/history`, { headers: { 'accept-language': 'vi' } })).body.data;
    expect(history.at(-1)).toMatchObject({ code: 'OrderHeld', title: 'Đơn hàng đang được tạm giữ', detail: null });
    const timeline = (await admin.get(`/admin/orders/${id}/timeline`)).body.data as { type: string; note: string }[];
    expect(timeline.find(({ type }) => type === 'OrderHeld')?.note).toBe('Your order is on hold');
    const stored = JSON.stringify((await admin.get(`/admin/orders/${id}/events`)).body.data);
    expect(stored).toContain('OrderHeld');
    expect(stored).not.toContain(reason);

    expect(await doStep(id, 'resume')).toMatchObject({ status: 'accepted', version: 5, hold: null });
    expect((await doStep(id, 'resume')).version).toBe(5);
    for (const step of ['prepare', 'ready', 'complete']) await doStep(id, step);
    expect(await an.waitForStatus(id, 'completed')).toMatchObject({ hold: null });
    expect(await requestStep(id, 'hold', { reason })).toMatchObject({
      status: 409,
      body: { error: { code: 'WRONG_STATUS' } },
    });
    await eventually(async () => {
      const subjects = (await mailsTo(admin, an.email)).map(({ subject }) => subject as string);
      for (const words of [/on hold, and we will tell you|đang được tạm giữ/, /no longer on hold|được tiếp tục/])
        expect(subjects.filter((subject) => words.test(subject))).toHaveLength(1);
    });
  });

  it('can be cancelled by its guest, who gets the money back', async () => {
    const { shop, admin } = open;
    const first = await anonymous(shop).addToCart(drink.variantId, 1);
    const visitor = anonymous(shop).withHeaders({ 'x-cart-token': first.headers.get('x-cart-token')! });
    const email = `khach-${randomUUID()}@example.com`;
    const contact = { name: 'Trần Thị Khách', phone: '0987 654 321', email };
    const { id } = expectStatus(201, await visitor.placeOrder('tok_ok', { body: { contact } })).body.data;
    await visitor.waitForStatus(id, 'confirmed');
    const { available } = await stockOf(admin, drink);

    await doStep(id, 'hold', { reason });
    const cancelled = expectStatus(200, await visitor.post(`/orders/${id}/cancel`, { body: {} })).body.data;
    expect(cancelled).toMatchObject({ status: 'cancelled', hold: null, cancellation: { code: 'CUSTOMER' } });
    await eventually(async () => {
      expect((await visitor.get(`/orders/${id}`)).body.data.payment.status).toBe('refunded');
      expect((await stockOf(admin, drink)).available).toBe(available + 1);
    });
    expect(await requestStep(id, 'resume')).toMatchObject({ status: 409, body: { error: { code: 'WRONG_STATUS' } } });
  });

  it('needs a reason, and can be put on hold only by staff', async () => {
    const an = await register(open.shop);
    const id = await buyConfirmedOrder(an);
    expect((await an.post(`/admin/orders/${id}/hold`, { body: { reason } })).status).toBe(403);
    expect((await an.post(`/admin/orders/${id}/resume`)).status).toBe(403);
    expect((await requestStep(id, 'hold', {})).status).toBe(400);
    const { data } = (await an.get(`/orders/${id}`)).body;
    expect(data.status).toBe('confirmed');
  });
});
