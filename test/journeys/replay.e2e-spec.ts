import { randomUUID } from 'node:crypto';
import { eventMac } from '../../libs/event-store/src/macs/event-mac';
import { MacKey } from '../../libs/platform/src/macs';
import { eventually } from '../support/eventually';
import { openShop, type OpenShop } from '../support/open-shop';
import { expectStatus, register, listDrink, type Drink, type Person } from '../support/people';

jest.setTimeout(30_000);

/** The shop's MAC key. With this key, the suite writes an event that the shop accepts as its own event. */
const EVENT_MAC_KEY = Buffer.alloc(32, 9).toString('base64');

interface Event {
  readonly id: string;
  readonly position: number;
  readonly version: number;
  readonly type: string;
  readonly timestamp: string;
}

describe('The history of an order', () => {
  let open: OpenShop;
  let admin: Person;
  let an: Person;
  let drink: Drink;
  let placed: any;
  let id: string;
  beforeAll(async () => {
    open = await openShop({ EVENT_MAC_KEY });
    admin = open.admin;
    an = await register(open.shop);
    drink = await listDrink(admin, { stock: 1_000 });
    placed = await an.buy(drink.variantId, 'tok_ok', 2);
    id = placed.id;
    await an.waitForStatus(id, 'confirmed');
    for (const step of ['accept', 'prepare']) expectStatus(200, await admin.post(`/admin/orders/${id}/${step}`));
  }, 240_000);
  afterAll(() => open?.close());

  const ask = async (path: string) => expectStatus(200, await admin.get(path)).body.data;
  const events = (): Promise<Event[]> =>
    eventually(async () => {
      const all: Event[] = await ask(`/admin/orders/${id}/events`);
      expect(all.every(({ position }) => position !== null)).toBe(true);
      return all;
    });

  it('shows the raw stream, with sealed personal values', async () => {
    const all = await events();
    expect(all.map(({ version, type }) => [version, type])).toEqual([
      [1, 'OrderPlaced'],
      [2, 'OrderConfirmed'],
      [3, 'OrderAccepted'],
      [4, 'PreparationStarted'],
    ]);
    for (const event of all)
      expect(event).toEqual({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        position: expect.any(Number),
        orderId: id,
        version: expect.any(Number),
        type: expect.any(String),
        schemaVersion: 1,
        data: expect.any(Object),
        metadata: expect.objectContaining({ actor: expect.any(Object), commandId: expect.any(String) }),
        timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
    const raw = JSON.stringify(all);
    for (const personal of ['Nguyễn Văn An', '0901234567', an.email, 'tok_ok']) expect(raw).not.toContain(personal);
  });

  it('shows the order as it was at a version', async () => {
    expect(await ask(`/admin/orders/${id}/state?version=1`)).toEqual(placed);
    expect(await ask(`/admin/orders/${id}/state?version=3`)).toMatchObject({ status: 'accepted', version: 3 });
    expect(await ask(`/admin/orders/${id}/state`)).toEqual((await an.get(`/orders/${id}?minVersion=4`)).body.data);
    expect((await admin.get(`/admin/orders/${id}/state?version=5`)).status).toBe(404);
    expect((await admin.get(`/admin/orders/${id}/state?version=0`)).status).toBe(400);
  });

  it('shows the order as it was at a time', async () => {
    const [first, second] = await events();
    const at = (time: string | number) =>
      admin.get(`/admin/orders/${id}/state?at=${encodeURIComponent(new Date(time).toISOString())}`);
    const between = (Date.parse(first.timestamp) + Date.parse(second.timestamp)) / 2;
    expect(expectStatus(200, await at(between)).body.data).toEqual(placed);
    expect((await at(Date.now())).body.data.version).toBe(4);
    expect((await at(Date.parse(first.timestamp) - 1_000)).status).toBe(404);
    const both = await admin.get(`/admin/orders/${id}/state?version=1&at=${new Date().toISOString()}`);
    expect(both.body.error.details[0].field).toBe('at');
  });

  it('shows what changed between two versions, forwards and backwards', async () => {
    const diff = await ask(`/admin/orders/${id}/diff?from=1&to=2`);
    expect(diff.changes).toEqual(
      expect.arrayContaining([
        { path: 'status', before: 'pending', after: 'confirmed' },
        { path: 'payment.paid.amount', before: 0, after: 100_000 },
      ]),
    );
    expect(diff.events.map(({ type }: Event) => type)).toEqual(['OrderConfirmed']);
    const backwards = await ask(`/admin/orders/${id}/diff?from=2&to=1`);
    expect(backwards.changes).toContainEqual({ path: 'status', before: 'confirmed', after: 'pending' });
    expect((await ask(`/admin/orders/${id}/diff?from=4&to=4`)).changes).toEqual([]);
    expect((await admin.get(`/admin/orders/${id}/diff?from=1&to=9`)).status).toBe(404);
  });

  it('shows order, checkout, payment, stock, points and mails in one timeline', async () => {
    await eventually(async () => {
      const timeline: { source: string; at: string }[] = await ask(`/admin/orders/${id}/timeline`);
      expect([...new Set(timeline.map(({ source }) => source))].sort()).toEqual([
        'notification',
        'order',
        'payment',
        'points',
        'process',
        'stock',
      ]);
      expect(timeline.map(({ at }) => at)).toEqual(timeline.map(({ at }) => at).sort());
    });
  });

  it('lists the log by position, without a gap, and by type', async () => {
    await events();
    const positions: number[] = [];
    for (let after = 0, more = true; more;) {
      const page: any = expectStatus(200, await admin.get(`/admin/events?after=${after}&limit=3`)).body;
      positions.push(...page.data.map(({ position }: Event) => position));
      after = page.meta.nextAfter;
      more = page.meta.hasMore;
      if (!more) expect(after).toBe(page.meta.head);
    }
    expect(positions).toEqual(positions.map((_, index) => index + 1));
    const confirmed = (await ask('/admin/events?type=OrderConfirmed&limit=100')) as Event[];
    expect(new Set(confirmed.map(({ type }) => type))).toEqual(new Set(['OrderConfirmed']));
    expect((await admin.get('/admin/events?type=OrderEaten')).status).toBe(400);
  });

  it('verifies the log, and names the position that was changed', async () => {
    const verify = async () => expectStatus(200, await admin.post('/admin/events/verify')).body.data;
    const { position } = (await events())[2];
    const intact = await verify();
    expect(intact).toMatchObject({ valid: true, checked: expect.any(Number) });
    expect(intact.checked).toBeGreaterThanOrEqual(4);
    // The test is a superuser here. The table refuses changes until its triggers are disabled.
    const forge = (seconds: number) =>
      open.database.admin(
        `begin; alter table ordering.order_events disable trigger all;
         update ordering.order_events set timestamp = timestamp + interval '${seconds} s' where order_id = '${id}' and version = 3;
         alter table ordering.order_events enable trigger all;
         alter table ordering.order_events enable trigger order_events_append_only; commit`,
      );
    await forge(1);
    expect(await verify()).toMatchObject({ valid: false, firstBadPosition: position, reason: expect.any(String) });
    await forge(-1);
    expect(await verify()).toMatchObject({ valid: true });
  });

  describe('Rebuilding a read model', () => {
    const names = ['order-list', 'order-view', 'sales'];
    const projections = async (): Promise<any[]> => ask('/admin/projections');
    const start = async (name: string, body: object) =>
      expectStatus(202, await admin.post(`/admin/projections/${name}/rebuilds`, { body })).body.data;
    const waitForState = (name: string, rebuildId: string, state: string) =>
      eventually(async () => {
        const rebuild = await ask(`/admin/projections/${name}/rebuilds/${rebuildId}`);
        if (rebuild.state !== state) throw new Error(`the rebuild of ${name} is ${JSON.stringify(rebuild)}`);
        return rebuild;
      });

    it('begins with the list of read models, which have no lag when nothing happens', async () => {
      await eventually(async () =>
        expect(await projections()).toEqual(
          names.map((name) => expect.objectContaining({ name, version: expect.any(Number), lag: 0, state: 'live' })),
        ),
      );
    });

    it('runs while orders come, and goes live manually or automatically; reads are not affected', async () => {
      let isBuying = true;
      const bought: { id: string; status: string }[] = [];
      const purchases = (async () => {
        const binh = await register(open.shop);
        while (isBuying) {
          const order = await binh.buy(drink.variantId, 'tok_ok');
          const seen = await binh.get(`/orders/${order.id}?minVersion=2`);
          bought.push({ id: order.id, status: `${seen.status} ${seen.body.data?.status}` });
          expectStatus(200, await binh.get('/orders'));
        }
        return binh;
      })();

      const manual = await Promise.all(names.map((name) => start(name, {})));
      for (const [index, name] of names.entries()) {
        const { id: rebuildId } = manual[index];
        expect(manual[index]).toMatchObject({ projection: name, goLive: 'manual' });
        expect(await waitForState(name, rebuildId, 'ready')).toMatchObject({ secondsLeft: 0 });
        expect(await admin.post(`/admin/projections/${name}/rebuilds`, { body: {} })).toMatchObject({
          status: 409,
          body: { error: { code: 'REBUILD_RUNNING' } },
        });
        const live = expectStatus(200, await admin.post(`/admin/projections/${name}/rebuilds/${rebuildId}/go-live`));
        expect(live.body.data).toMatchObject({ state: 'live', percent: 100 });
      }
      const automatic = await Promise.all(names.map((name) => start(name, { goLive: 'auto' })));
      for (const [index, name] of names.entries()) await waitForState(name, automatic[index].id, 'live');
      await eventually(() => expect(bought.length).toBeGreaterThan(5));
      isBuying = false;
      const binh = await purchases;

      expect(new Set(bought.map(({ status }) => status))).toEqual(new Set(['200 confirmed']));
      await eventually(async () => {
        const listed = (await binh.get('/orders?limit=100')).body.data as { id: string; status: string }[];
        expect(listed.map((order) => order.id).sort()).toEqual(bought.map((order) => order.id).sort());
        expect(new Set(listed.map(({ status }) => status))).toEqual(new Set(['confirmed']));
        const [today] = (await ask('/admin/reports/sales?by=day')).slice(-1);
        expect(today).toMatchObject({ orders: bought.length + 1, gross: { amount: (bought.length + 2) * 50_000 } });
        expect((await projections()).map(({ lag }) => lag)).toEqual([0, 0, 0]);
      });
      expect((await ask(`/admin/orders/${id}/timeline`)).length).toBeGreaterThan(0);
    });

    it('sends no messages, and clients can follow its progress', async () => {
      const mails = (await ask('/admin/mailbox?limit=100')).length;
      const { id: rebuildId } = await start('order-view', { goLive: 'auto' });
      const stream = await fetch(`${open.shop.url}/api/v1/admin/projections/order-view/rebuilds/${rebuildId}/stream`, {
        headers: { ...admin.headers, accept: 'text/event-stream' },
      });
      expect(stream.headers.get('content-type')).toContain('text/event-stream');
      const updates = [...(await stream.text()).matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data));
      expect(updates.at(-1)).toMatchObject({ id: rebuildId, state: 'live', percent: 100 });
      const done = updates.map((progress) => progress.done as number);
      expect(done).toEqual([...done].sort((a, b) => a - b));
      expect(done.at(-1)).toBe(updates.at(-1).total);
      expect(await ask('/admin/mailbox?limit=100')).toHaveLength(mails);
    });

    it('can be limited to one order, and can be cancelled', async () => {
      const one = await start('order-view', { orders: [id], goLive: 'auto' });
      await waitForState('order-view', one.id, 'live');
      expect((await an.get(`/orders/${id}`)).body.data).toMatchObject({ id, status: 'preparing', version: 4 });
      const two = await start('sales', {});
      const cancelled = await admin.post(`/admin/projections/sales/rebuilds/${two.id}/cancel`);
      expect(cancelled.body.data.state).toBe('cancelled');
      expect((await admin.post(`/admin/projections/sales/rebuilds/${two.id}/go-live`)).body.error.code).toBe(
        'REBUILD_OVER',
      );
      expect((await admin.post('/admin/projections/nothing/rebuilds', { body: {} })).status).toBe(404);
      const unknown = await admin.post('/admin/projections/sales/rebuilds', { body: { orders: [randomUUID()] } });
      expect([unknown.status, unknown.body.error.code]).toEqual([404, 'ORDERS_UNKNOWN']);
      const past = expectStatus(200, await admin.get('/admin/projections/sales/rebuilds?limit=1')).body;
      expect(past.data).toMatchObject([{ id: two.id, state: 'cancelled', askedBy: admin.userId }]);
    });
  });

  it('names the event that cannot be read, and shows the events before it', async () => {
    const { id: other } = await an.buy(drink.variantId, 'tok_ok', 1);
    await an.waitForStatus(other, 'confirmed');
    const broken = { id: randomUUID(), streamId: other, version: 3, type: 'OrderRefunded', schemaVersion: 1 };
    const metadataText = '{"actor":{"kind":"system"}}';
    await open.database.admin(
      `with head as (update ordering.order_heads set version = version + 1 where order_id = $1 returning version),
       event as (
         insert into ordering.order_events (id, order_id, version, event_type, schema_version, event_data, metadata, "timestamp", mac)
         select $2, $1, version, $3, 1, 'null', $4, now(), $5 from head
         returning id)
       insert into ordering.order_pending (event_id) select id from event`,
      [
        other,
        broken.id,
        broken.type,
        metadataText,
        eventMac(new MacKey(EVENT_MAC_KEY), broken as never, null, metadataText),
      ],
    );
    expect(await ask(`/admin/orders/${other}/state?version=2`)).toMatchObject({ status: 'confirmed' });
    expect((await ask(`/admin/orders/${other}/diff?from=1&to=2`)).changes.length).toBeGreaterThan(0);
    expect((await ask(`/admin/orders/${other}/events`)).at(-1)).toMatchObject({ version: 3, data: null });
    const error = { code: 'EVENT_BROKEN', message: expect.stringContaining('3 (OrderRefunded)') };
    for (const path of ['state', 'state?version=3', 'diff?from=1', 'diff?from=2&to=3'])
      expect(expectStatus(409, await admin.get(`/admin/orders/${other}/${path}`)).body.error).toMatchObject(error);
    const withoutConfirmation = { leaveOut: [2] };
    const refused = expectStatus(
      409,
      await admin.post(`/admin/orders/${other}/what-if`, { body: withoutConfirmation }),
    );
    expect(refused.body.error).toMatchObject(error);
    expect((await an.get(`/orders/${other}`)).body.data).toMatchObject({ status: 'confirmed', version: 2 });
    await eventually(async () => expect((await an.get(`/orders/${other}`)).body.meta).toEqual({ behind: true }));
    expect((await admin.get('/admin/orders')).body.meta.behind).toEqual([other]);
    expect((await admin.get('//health')).body).toMatchObject({
      ...{ status: 'degraded', services: { 'ordering:read-models': 'unhealthy' } },
    });
    for (const path of ['accept', 'cancel', 'complete'])
      expect(expectStatus(409, await admin.post(`/admin/orders/${other}/${path}`, { body: {} })).body.error).toMatchObject(error); // prettier-ignore
    expect(expectStatus(409, await an.get(`/orders/${other}/history`)).body.error).toMatchObject(error);
    const without = expectStatus(200, await admin.post(`/admin/orders/${other}/what-if`, { body: { leaveOut: [3] } }));
    expect(without.body.data).toMatchObject({ actual: { version: 2 }, whatIf: { status: 'confirmed', version: 2 } });

    const postVoid = (body: object) => admin.post(`/admin/orders/${other}/void-event`, { body });
    const refusalCode = async (status: number, version: number) =>
      expectStatus(status, await postVoid({ version, reason: 'a faulty import' })).body.error.code;
    expect([await refusalCode(409, 2), await refusalCode(404, 9)]).toEqual(['EVENT_NOT_BROKEN', 'VERSION_NOT_THERE']);
    const declared = expectStatus(201, await postVoid({ version: 3, reason: 'a faulty import' })).body.data;
    expect(declared).toMatchObject({
      ...{ version: 4, type: 'EventVoided', data: { version: 3, reason: 'a faulty import' } },
      leaves: { status: 'confirmed', toDo: [] },
    });
    expect(expectStatus(201, await postVoid({ version: 3, reason: 'again' })).body.data).toMatchObject({ version: 4 });
    expect(expectStatus(200, await admin.post(`/admin/orders/${other}/accept`)).body.data.status).toBe('accepted');
    await eventually(async () => {
      const { data, meta } = (await an.get(`/orders/${other}`)).body;
      expect([data.status, data.version, meta]).toEqual(['accepted', 5, undefined]);
    });
    expect((await ask(`/admin/orders/${other}/events`))[2]).toMatchObject({ version: 3, broken: true, void: true });
    expect((await ask(`/admin/orders/${other}/timeline`)).map(({ note }: any) => note)).toContain(
      'declared void by a later event',
    );
  });
});
