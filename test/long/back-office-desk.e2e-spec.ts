import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Client } from 'pg';
import { eventually } from '../support/eventually';
import { openShop, type OpenShop } from '../support/open-shop';
import { anonymous, expectStatus, register, listDrink, type Drink, type Person } from '../support/people';

jest.setTimeout(180_000);

const CLI = join(__dirname, '..', '..', 'dist', 'apps', 'cli', 'src', 'main.js');

describe('The operators of the shop', () => {
  let open: OpenShop;
  let admin: Person;
  let drink: Drink;
  let an: Person;

  beforeAll(async () => {
    open = await openShop({ PAYMENT_TIMEOUT_MS: '300' });
    admin = open.admin;
    [drink, an] = await Promise.all([listDrink(admin, { stock: 50 }), register(open.shop)]);
  }, 240_000);
  afterAll(() => open?.close());

  const data = async (path: string): Promise<any> => expectStatus(200, await admin.get(path)).body.data;
  const saga = (orderId: string) => data(`/admin/sagas/checkout:${orderId}`);
  const waitForSaga = (orderId: string, expected: object) =>
    eventually(async () => expect(await saga(orderId)).toMatchObject(expected));
  const listed = async (path: string): Promise<any> =>
    (await data(`${path}${path.includes('?') ? '&' : '?'}limit=100`)) as any[];
  const command = (...words: string[]) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const env = { PATH: '/usr/bin:/bin', DATABASE_URL: open.database.url, DATA_DIR: open.shop.dataDir };
      execFile(globalThis.process.execPath, [CLI, ...words], { env, timeout: 60_000 }, (error, out, err) =>
        resolve({ code: error ? ((error.code as unknown as number) ?? -1) : 0, out: out || err, err }),
      );
    });

  it('read in the journal of a checkout what it received, requested and waited for', async () => {
    const { id } = await an.buy(drink.variantId, 'tok_ok');
    await an.waitForStatus(id, 'confirmed');
    await waitForSaga(id, { state: 'over', step: 'confirmed', needsAttention: false, waitingFor: null });
    const shown = await saga(id);
    expect(shown).toMatchObject({ id: `checkout:${id}`, orderId: id, definition: 1, messages: [], timers: [] });
    expect(shown.journal.map(({ heard }: any) => heard)).toEqual([
      'ordering.order-placed.v1',
      'inventory.stock-reserved.v1',
      'payments.payment-taken.v1',
      'inventory.stock-committed.v1',
      'ordering.order-confirmed.v1',
    ]);
    const [placed, reserved, ...rest] = shown.journal;
    expect(placed.timers.map(({ name }: any) => name)).toEqual(['waits', 'overdue']);
    expect(reserved).toMatchObject({ attempts: 1, takeover: false, fired: null });
    expect(reserved.asked).toEqual([
      { type: 'payments.take-payment.v1', messageId: expect.any(String), idempotencyKey: `checkout:${id}:pay` },
    ]);
    expect(new Date(reserved.happenedAt).getTime()).toBeLessThanOrEqual(new Date(reserved.at).getTime());
    expect(rest.at(-1).timers).toEqual([
      { name: 'waits', dueAt: null },
      { name: 'overdue', dueAt: null },
    ]);
    expect(placed.instance).toBeGreaterThan(0);
    const sent = await open.database.admin<{ id: string }>('select id from ordering.outbox where key = $1', [id]);
    const ids = sent.map((row) => row.id);
    for (const { asked } of shown.journal) for (const { messageId } of asked) expect(ids).toContain(messageId);
    expect(await data(`/admin/sagas/${id}`)).toMatchObject({ id: `checkout:${id}` });
    expect(await data(`/admin/orders/${id}/timeline`)).toContainEqual(
      expect.objectContaining({ source: 'process', data: expect.objectContaining({ attempts: 1, takeover: false }) }),
    );
    expect((await listed('/admin/sagas?state=over')).map((one: any) => one.orderId)).toContain(id);
    for (const move of ['retry', 'compensate']) {
      const refused = expectStatus(409, await admin.post(`/admin/sagas/checkout:${id}/${move}`, { body: {} }));
      expect(refused.body.error.code).toBe('PROCESS_OVER');
    }
    expectStatus(404, await admin.get(`/admin/sagas/checkout:${randomUUID()}`));
    expectStatus(403, await an.get('/admin/sagas'));
  });

  it('are redirected from the former path of sagas to the current path, which checks their rights', async () => {
    for (const [method, rest] of [
      ['get', ''],
      ['get', '?state=over&limit=5'],
      ['get', `/checkout:${randomUUID()}`],
      ['post', `/checkout:${randomUUID()}/retry?x=%2F`],
    ] as const) {
      const redirect = expectStatus(308, await anonymous(open.shop)[method](`/admin/processes${rest}`));
      expect(redirect.headers.get('location')).toBe(`/api/v1/admin/sagas${rest}`);
    }
    const redirect = expectStatus(308, await admin.post('/admin/processes/x/retry', { body: { reason: 'stuck' } }));
    const newPath = redirect.headers.get('location')!.replace('/api/v1', '');
    expectStatus(404, await admin.post(newPath, { body: { reason: 'stuck' } }));
    expectStatus(403, await an.post(newPath, { body: {} }));
    expectStatus(401, await anonymous(open.shop).post(newPath, { body: {} }));
    expectStatus(404, await admin.get('/admin/processesx'));
  });

  it('verify the journals, and see which line was changed', async () => {
    const { id } = await an.buy(drink.variantId, 'tok_ok');
    await waitForSaga(id, { state: 'over' });
    const journals = ['ordering.process_journal', 'payments.payment_journal'];
    const checked = await command('journals', 'verify', '--json');
    expect(JSON.parse(checked.out)).toEqual(
      journals.map((journal) => expect.objectContaining({ journal, ok: true, found: 0, lines: expect.any(Number) })),
    );
    expect([checked.code, (await command('journals', 'verify')).code]).toEqual([0, 0]);
    const note = (text: string) =>
      open.database.admin(
        `update ordering.process_journal set note = ${text} where id = $1 and name = 'checkout' and version = 2`,
        [id],
      );
    await note(`note || '!'`);
    const found = await command('journals', 'verify');
    await note(`rtrim(note, '!')`);
    expect(found.code).toBe(1);
    expect(found.out).toMatch(new RegExp(`checkout 2 +${id} +its MAC is wrong`));
  });

  describe('while the payment provider does not respond', () => {
    let lockHolder: Client;
    let id: string;

    beforeAll(async () => {
      ({ id } = await an.buy(drink.variantId, 'tok_timeout_charged'));
      await waitForSaga(id, { step: 'paying' });
      lockHolder = new Client({ connectionString: open.database.url });
      await lockHolder.connect();
      await lockHolder.query('begin; lock table sandbox.charges');
    });
    afterAll(() => lockHolder?.end());

    /** Makes the checkout's timer fire at once again and again, so that the test need not wait 45 minutes. */
    const repeatWithoutAnswer = () =>
      eventually(async () => {
        const sql = `update ordering.timers set due_at = now() where key = $1 and name = 'checkout/waits'`;
        await open.database.admin(sql, [id]);
        expect(await saga(id)).toMatchObject({ state: 'needs-attention', step: 'voiding', asked: 8 });
        expect((await saga(id)).data.parked).toContain('asked 9 times');
      }, 40_000);

    it('undo a checkout, which needs attention after many requests without an answer', async () => {
      const body = { reason: 'the customer called' };
      expectStatus(202, await admin.post(`/admin/sagas/checkout:${id}/compensate`, { body }));
      await waitForSaga(id, { step: 'voiding', state: 'running', waitingFor: 'payments to give the money back' });
      const again = expectStatus(409, await admin.post(`/admin/sagas/${id}/compensate`, { body }));
      expect(again.body.error.code).toBe('PROCESS_WINDS_BACK');
      expect((await listed('/admin/sagas?stuckFor=0')).map((one: any) => one.orderId)).toContain(id);
      expect((await listed('/admin/sagas?stuckFor=600')).map((one: any) => one.orderId)).not.toContain(id);

      await repeatWithoutAnswer();
      expect(await listed('/admin/sagas?state=needs-attention')).toMatchObject([
        { orderId: id, needsAttention: true, attention: 'no answer while voiding, asked 9 times', asked: 8 },
      ]);
      expect((await data(`/admin/orders/${id}/timeline`)).map(({ note }: any) => note)).toEqual(
        expect.arrayContaining([
          `to be wound back, by ${admin.userId}: the customer called`,
          'needs attention: no answer while voiding, asked 9 times',
        ]),
      );
      await eventually(async () => {
        const { body } = await open.shop.get<string>('//metrics');
        expect(body).toContain('shop_processes{name="checkout",state="needs-attention",step="voiding"} 1');
      });
    });

    it('retry the request with the same key; without an answer the checkout needs attention again', async () => {
      expectStatus(202, await admin.post(`/admin/sagas/${id}/retry`, { body: { reason: 'try once more' } }));
      await waitForSaga(id, { state: 'running', step: 'voiding', asked: 0 });
      const asked = (await saga(id)).journal.filter(
        ({ asked: [one] }: any) => one?.type === 'payments.void-payment.v1',
      );
      expect(asked.at(-1).note).toBe(`asked again, by ${admin.userId}: try once more`);
      expect(new Set(asked.flatMap(({ asked: all }: any) => all.map((one: any) => one.idempotencyKey)))).toEqual(
        new Set([`checkout:${id}:void`]),
      );
      expect((await saga(id)).timers.map(({ name }: any) => name).sort()).toEqual(['overdue', 'waits']);
      await repeatWithoutAnswer();
    });

    it('see that the checkout continues automatically when the answer comes', async () => {
      await lockHolder.query('rollback');
      await eventually(async () => {
        await open.database.admin(
          'update payments.payments set next_at = now() where order_id = $1 and next_at > now()',
          [id],
        );
        expect((await an.get(`/orders/${id}`)).body.data.status).toBe('cancelled');
      }, 40_000);
      await waitForSaga(id, { state: 'over', step: 'given-up', needsAttention: false });
      const charges = await data(`/admin/sandbox/charges?orderId=${id}`);
      expect(charges.every(({ status }: any) => status === 'refunded')).toBe(true);
    });
  });

  it('see a refund that the provider refused, and retry this refund when the problem is solved', async () => {
    const { id } = await an.buy(drink.variantId, 'tok_ok');
    await an.waitForStatus(id, 'confirmed');
    const setRefunded = (refunded: string) =>
      open.database.admin(`update sandbox.charges set refunded = ${refunded} where order_id = $1`, [id]);
    await setRefunded('amount'); // as if the bank had already refunded the charge. So the provider refuses the refund
    expectStatus(200, await an.post(`/orders/${id}/cancel`, { body: {} }));
    const refunds = () => data(`/admin/sagas/refunds:${id}`);
    await eventually(async () =>
      expect(await refunds()).toMatchObject({ state: 'needs-attention', step: 'failed', name: 'refunds' }),
    );
    expect((await refunds()).attention).toContain('refused: ');
    const refused = expectStatus(409, await admin.post(`/admin/sagas/refunds:${id}/compensate`, { body: {} }));
    expect(refused.body.error.code).toBe('PROCESS_HAS_NO_WAY_BACK');
    await setRefunded('0');
    expectStatus(202, await admin.post(`/admin/sagas/refunds:${id}/retry`, { body: { reason: 'mended' } }));
    await eventually(async () => expect(await refunds()).toMatchObject({ state: 'over', step: 'refunded' }));
    const { refunds: all } = await an.waitForStatus(id, 'cancelled');
    expect(all.map(({ state }: any) => state)).toEqual(['failed', 'refunded']);
  });

  it('can retry a refund only for the money that is still owed', async () => {
    const { id } = await an.buy(drink.variantId, 'tok_ok');
    await an.waitForStatus(id, 'confirmed');
    const setRefunded = (refunded: string) =>
      open.database.admin(`update sandbox.charges set refunded = ${refunded} where order_id = $1`, [id]);
    const giveBack = (amount: number) =>
      admin.post(`/admin/orders/${id}/refunds`, {
        body: { amount: { amount, currency: 'VND' }, reason: 'cold' },
        headers: { 'idempotency-key': randomUUID() },
      });
    const waitForAmounts = (owed: number, refunded: number) =>
      eventually(async () =>
        expect((await an.get(`/orders/${id}`)).body.data.payment).toMatchObject({
          ...{ owed: { amount: owed }, refunded: { amount: refunded } },
        }),
      );
    const retry = () => admin.post(`/admin/sagas/refunds:${id}/retry`, { body: {} });
    await setRefunded('amount');
    expectStatus(201, await giveBack(20_000));
    await waitForAmounts(20_000, 0);
    await setRefunded('0');
    expectStatus(201, await giveBack(15_000));
    await waitForAmounts(5_000, 15_000);
    expectStatus(202, await retry());
    await waitForAmounts(0, 20_000);
    const nothing = expectStatus(409, await retry());
    expect(nothing.body.error.code).toBe('NOTHING_OWED');
  });

  describe('find a message that always fails', () => {
    let id: string;
    let letter: string;

    it('that blocks only its own order, and that the API shows with the messages behind it', async () => {
      ({ id } = await an.buy(drink.variantId, 'tok_ok'));
      await an.waitForStatus(id, 'confirmed');
      await open.database.admin(
        `insert into ordering.inbox (message_id, handler, lane, key, type, body, meta)
         values (gen_random_uuid(), 'checkout', 'checkout', $1, 'ordering.checkout-waits.v1', '"nonsense"', '{"source": "test"}')`,
        [id],
      );
      await eventually(async () => expect(await listed(`/admin/dead-letters?key=${id}`)).toHaveLength(1));
      expectStatus(200, await an.post(`/orders/${id}/cancel`, { body: {} }));
      const other = await an.buy(drink.variantId, 'tok_ok');
      await an.waitForStatus(other.id, 'confirmed');
      await eventually(async () => {
        const [found] = await listed(`/admin/dead-letters?context=ordering&key=${id}`);
        expect(found).toMatchObject({ handler: 'checkout', type: 'ordering.checkout-waits.v1', key: id, followers: 2 });
        expect(found.error).toContain('is not an object');
        letter = found.id;
      });
      expect(letter).toMatch(/^ordering-\d+$/);
      expect(await data(`/admin/dead-letters/${letter}`)).toMatchObject({ id: letter, attempts: 1 });
      expect(await saga(id)).toMatchObject({
        step: 'confirmed',
        messages: [
          { id: letter, state: 'dead' },
          { type: 'ordering.order-cancelled.v1', state: 'waiting', nextAt: null },
          { type: 'ordering.order-refund-requested.v1', state: 'waiting', nextAt: null },
        ],
      });
    });

    it('that fails again if it is redriven before the repair; after the repair its order continues', async () => {
      const redrive = () => admin.post(`/admin/dead-letters/${letter}/redrive`);
      expect(expectStatus(200, await redrive()).body.data).toEqual({ redriven: [letter], more: false });
      await eventually(async () => expect(await data(`/admin/dead-letters/${letter}`)).toMatchObject({ attempts: 2 }));
      expect((await saga(id)).step).toBe('confirmed');
      await open.database.admin(`update ordering.inbox set body = $2 where key = $1 and state = 'dead'`, [
        id,
        { orderId: id, asked: 0 },
      ]);
      expectStatus(200, await admin.post('/admin/dead-letters/redrive', { body: { key: id } }));
      await waitForSaga(id, { state: 'over', step: 'undone', messages: [] });
      expectStatus(404, await redrive());
      expectStatus(400, await admin.post('/admin/dead-letters/redrive', { body: {} }));
      expectStatus(400, await admin.post('/admin/dead-letters/redrive', { body: { ids: ['nonsense'] } }));
    });

    it('and drop this message; then the order is compared with its sagas', async () => {
      const { id } = await an.buy(drink.variantId, 'tok_ok');
      await waitForSaga(id, { state: 'over' });
      await open.database.admin(
        `insert into ordering.inbox (message_id, handler, lane, key, type, body, meta, state, held, error)
         values (gen_random_uuid(), 'checkout', 'checkout', $1, 'ordering.checkout-waits.v1', '{}', '{}', 'dead', true, 'x')`,
        [id],
      );
      const letter = await eventually(async () => (await listed(`/admin/dead-letters?key=${id}`))[0].id as string);
      const before = expectStatus(
        202,
        await admin.post(`/admin/sagas/${id}/compare`, { body: { reason: 'it waits' } }),
      );
      expect(before.body.data).toEqual({
        ...{ orderId: id, status: 'confirmed', deadLetters: [letter] },
        sagas: [
          {
            id: `checkout:${id}`,
            step: 'confirmed',
            becomes: 'confirmed',
            note: 'compared with the order',
            requests: [],
          },
        ],
      });
      const dropped = await command('dead-letters', 'drop', letter, '--reason', 'nonsense');
      expect(dropped.out).toContain(`the order ${id} is now compared with its checkout and refunds`);
      const notes = async () => (await saga(id)).journal.map(({ note }: any) => note).slice(-2);
      await eventually(async () =>
        expect((await notes()).sort()).toEqual([
          'compared with the order',
          `compared with the order, by ${admin.userId}: it waits`,
        ]),
      );
      const compared = await command('sagas', 'compare', id, '--reason', 'once more');
      expect(compared).toMatchObject({ code: 0, out: expect.stringContaining(`${id} is confirmed`) });
      const trail = (await listed(`/admin/audit?target=${id}`)).filter((one: any) => one.operation === 'compareSagas');
      expect(trail).toMatchObject([
        { channel: 'command-line', actor: expect.stringMatching(/^os:/), status: 200, reason: 'once more' },
        { channel: 'api', actor: admin.userId, status: 202, reason: 'it waits' },
      ]);
      expectStatus(404, await admin.post(`/admin/sagas/${randomUUID()}/compare`, { body: {} }));
      expectStatus(403, await an.post(`/admin/sagas/${id}/compare`, { body: {} }));
    });

    it('and give a reason when they drop this message', async () => {
      const key = randomUUID();
      await open.database.admin(
        `insert into payments.inbox (message_id, handler, lane, key, type, body, meta, state, held, error)
         values (gen_random_uuid(), 'gone', 'gone', $1, 'payments.gone.v1', '{}', '{}', 'dead', true, 'gone')`,
        [key],
      );
      const id = await eventually(async () => (await listed(`/admin/dead-letters?key=${key}`))[0].id as string);
      const code = expectStatus(400, await admin.delete(`/admin/dead-letters/${id}`)).body.error.code;
      expect(code).toBe('VALIDATION_ERROR');
      expectStatus(204, await admin.delete(`/admin/dead-letters/${id}?reason=nobody+needs+it`));
      expectStatus(404, await admin.get(`/admin/dead-letters/${id}`));
      expect(await listed(`/admin/audit?target=${id}`)).toMatchObject([
        { operation: 'dropDeadLetter', status: 204, reason: 'nobody needs it', actor: admin.userId, role: 'admin' },
        { operation: 'dropDeadLetter', status: 400, code: 'VALIDATION_ERROR', reason: null },
      ]);
    });
  });

  describe('leave an audit trail', () => {
    it('of who did what and with which result, without the content of requests', async () => {
      const sku = drink.sku;
      expectStatus(200, await admin.put(`/admin/inventory/${sku}`, { body: { onHand: 77 } }));
      const [line] = await listed(`/admin/audit?actor=${admin.userId}&target=${sku}`);
      expect(line).toMatchObject({
        ...{ actor: admin.userId, role: 'admin', channel: 'api', status: 200, code: null, targets: [sku] },
        request: 'PUT /api/v1/admin/inventory/:sku',
      });
      const since = new Date(new Date(line.at).getTime() - 1).toISOString();
      expect(await listed(`/admin/audit?from=${since}&actor=${admin.userId}`)).toContainEqual(line);
      expect(await listed(`/admin/audit?to=${since}&target=${sku}`)).not.toContainEqual(line);
      const creation = (await listed(`/admin/audit?operation=createProduct&target=${drink.productId}`))[0];
      expect(creation).toMatchObject({ made: drink.productId, status: 201 });
      expectStatus(403, await an.get('/admin/audit'));
    });

    it('that can be read page by page, each line once', async () => {
      const all = await listed('/admin/audit');
      const ids: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const { body } = expectStatus(200, await admin.get(`/admin/audit?limit=2${cursor && `&cursor=${cursor}`}`));
        ids.push(...body.data.map((line: any) => line.id));
        cursor = body.meta.nextCursor;
      }
      expect(ids).toEqual(all.map((line: any) => line.id));
    });

    it.each(['entries', 'outcomes'])('that nobody can change: %s', async (table) => {
      for (const sql of [`update ${table} set at = now()`, `delete from ${table}`, `truncate ${table}`]) {
        await expect(open.database.of('audit').query(sql)).rejects.toThrow(/permission denied|append-only/);
        const forced = `begin; set local search_path = audit; ${sql}; commit`;
        await expect(open.database.admin(forced)).rejects.toThrow('append-only');
      }
    });
  });

  describe('at the command line', () => {
    it('see the results of redriven messages', async () => {
      const { id } = await an.buy(drink.variantId, 'tok_ok');
      await waitForSaga(id, { state: 'over' });
      await open.database.admin(
        `insert into ordering.inbox (message_id, handler, lane, key, type, body, meta, state, held, attempts, error)
         values (gen_random_uuid(), 'checkout', 'checkout', $1, 'ordering.checkout-waits.v1', '"nonsense"', '{"source": "test"}',
           'dead', true, 1, 'unreadable')`,
        [id],
      );
      const failedAgain = await command('dead-letters', 'redrive', '--key', id, '--wait', '20', '--json');
      expect(failedAgain.code).toBe(1);
      expect(JSON.parse(failedAgain.out).became).toMatchObject([{ state: 'dead', attempts: 2 }]);
      await open.database.admin(`update ordering.inbox set body = $2 where key = $1 and state = 'dead'`, [
        id,
        { orderId: id, asked: 0 },
      ]);
      const repaired = await command('dead-letters', 'redrive', '--key', id, '--wait');
      expect(repaired).toMatchObject({ code: 0, out: expect.stringMatching(/done/) });
      const again = await command('dead-letters', 'redrive', '--key', id);
      expect(again).toMatchObject({ code: 0, out: 'there is no dead letter to try again\n' });
      expect(await command('dead-letters', 'redrive', 'ordering-999999999')).toMatchObject({ code: 2 });
    });

    it('see the same data, and leave the same audit trail', async () => {
      const { id } = await an.buy(drink.variantId, 'tok_ok');
      await waitForSaga(id, { state: 'over' });
      const [shown, refused, nothing, listing] = await Promise.all([
        command('sagas', 'show', id, '--json'),
        command('sagas', 'retry', id),
        command('dead-letters', 'redrive'),
        command('dead-letters', 'list', '--json'),
      ]);
      expect(JSON.parse(shown.out)).toEqual(await saga(id));
      expect([shown, refused, nothing, listing].map(({ code }) => code)).toEqual([0, 1, 2, 0]);
      expect(JSON.parse(listing.out)).toEqual({ letters: [], hasMore: false });
      const trail = JSON.parse((await command('audit', 'list', '--target', id, '--json')).out);
      expect(trail.lines).toMatchObject([
        { operation: 'retrySaga', channel: 'command-line', role: 'operator', status: 409, code: 'PROCESS_OVER' },
      ]);
      expect(trail.lines[0].actor).toMatch(/^os:-?\d+$/);
      const underOldName = await command('processes', 'show', id, '--json');
      expect(underOldName).toEqual({ ...shown, err: '`processes` is now called `sagas`; the old name still works.\n' });
    });

    it('see an erased person in the audit trail only by id, and no e-mail address', async () => {
      const binh = await register(open.shop);
      expect((await command('erase', 'user', binh.email)).code).toBe(0);
      const [line] = await listed(`/admin/audit?target=${binh.userId}`);
      expect(line).toMatchObject({ operation: 'eraseAccount', channel: 'command-line', targets: [binh.userId] });
      expect((await command('dead-letters', 'drop', 'cart-9', '--reason', `for ${binh.email}`)).code).not.toBe(0);
      expect((await command('sagas', 'retry', binh.email)).code).not.toBe(0);
      expect(JSON.stringify(await listed('/admin/audit'))).not.toContain(binh.email);
    });
  });
});
