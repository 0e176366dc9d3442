import Ajv from 'ajv/dist/2020';
import { randomUUID } from 'node:crypto';
import { openShop, type OpenShop } from '../support/open-shop';
import { eventually } from '../support/eventually';
import { anonymous, expectStatus, logIn, register, listDrink, type Person } from '../support/people';
import type { AskOptions, Reply } from '../support/start-shop';
import { exampleOf, pathsIn, replaceAt } from '../api/bodies';
import { codesOf, fetchDocument, operationsOf, type ApiDocument, type Operation } from '../api/the-document';

jest.setTimeout(90_000);

/** Headers that clients use. If a response has one of them, the document must list it. */
const CLIENT_HEADERS = [
  ...['etag', 'vary', 'location', 'content-language', 'x-cart-token', 'x-request-id', 'www-authenticate'],
  ...['idempotent-replayed', 'preference-applied', 'retry-after', 'content-disposition'],
  ...['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'],
];
const documentedHeaders = ({ responses }: Operation, status: number): string[] =>
  Object.keys(responses[status]?.headers ?? {}).map((name) => name.toLowerCase());

const PERMISSIONS = {
  barista: ['staff', 'refund'],
  manager: ['staff', 'refund', 'catalog', 'stock', 'reports', 'audit'],
};
const accessOf = ({ security }: Operation) => {
  if (security.length === 0) return 'anyone';
  return security.some((one) => Object.keys(one).length === 0) ? 'guests' : 'users';
};

/** Runs the work for all items, with at most `most` of them at the same time. */
async function each<Item>(items: readonly Item[], work: (item: Item) => Promise<void>, most = 8): Promise<void> {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: most }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
    }),
  );
}

const takesBearer = ({ security }: Operation) => security.some((one) => 'bearer' in one);

describe('Every route', () => {
  let open: OpenShop;
  let document: ApiDocument;
  let operations: Operation[];
  let customer: Person;
  let barista: Person;
  let manager: Person;

  beforeAll(async () => {
    open = await openShop();
    document = await fetchDocument(open.shop);
    operations = operationsOf(document);
    const registerStaff = async (role: string) => {
      const { email } = await register(open.shop);
      await open.database.admin('update identity.accounts set role = $1 where email = $2', [role, email]);
      return logIn(open.shop, { email, password: 'a-long-Password-1' });
    };
    [customer, barista, manager] = await Promise.all([
      register(open.shop),
      registerStaff('barista'),
      registerStaff('manager'),
    ]);
  }, 240_000);
  afterAll(() => open?.close());

  const addressOf = ({ path }: Operation, values: (name: string) => string = () => randomUUID()) =>
    path
      .replace(/^\/api\/v1/, '')
      .replace(/^\/\.well-known/, '//.well-known')
      .replace(/\{(\w+)\}/g, (_, name: string) => values(name));

  /** Sends a request, and checks that the document lists the status and the code of the answer. */
  async function ask(who: Person, operation: Operation, path: string, options: AskOptions = {}): Promise<Reply> {
    const method = operation.method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';
    const reply = await who[method](path, options);
    const label = `${operation.method} ${path.slice(0, 200)} ${JSON.stringify(options).slice(0, 300)} → ${reply.status} ${JSON.stringify(reply.body).slice(0, 300)}`;
    if (reply.status >= 500) throw new Error(`broken: ${label}`);
    if (!(reply.status in operation.responses)) throw new Error(`a status that is not in the document: ${label}`);
    const unlisted = CLIENT_HEADERS.filter(
      (name) => reply.headers.has(name) && !documentedHeaders(operation, reply.status).includes(name),
    );
    if (unlisted.length > 0) throw new Error(`headers that are not in the document, ${unlisted.join(', ')}: ${label}`);
    if (reply.status >= 400) {
      const { success, error } = reply.body;
      if (success !== false || !error?.requestId || !error.message) throw new Error(`not in the envelope: ${label}`);
      if (!codesOf(operation, reply.status).includes(error.code))
        throw new Error(`a code that is not in the document: ${label}`);
    }
    return reply;
  }
  /** Operations that end a session are sent by a guest, because the session is needed later. */
  const callerFor = (operation: Operation, who: Person) =>
    operation.operationId === 'logOut' ? anonymous(open.shop) : who;
  const bodyFor = (operation: Operation) => (operation.requestBody ? { body: {} } : {});

  it('accepts the callers that the document names, and refuses all others', async () => {
    const nobody = anonymous(open.shop);
    await each(operations, async (operation) => {
      const code = async (who: Person, more: AskOptions = {}) => {
        const reply = await ask(who, operation, addressOf(operation), { ...bodyFor(operation), ...more });
        return reply.status < 400 ? 'accepted' : (reply.body.error.code as string);
      };
      const [unknown, forged, known] = [
        await code(nobody),
        await code(nobody, { token: 'x.y.z' }),
        await code(operation.operationId === 'logOut' ? await register(open.shop) : customer),
      ];
      const label = operation.operationId;
      const refused = ['UNAUTHENTICATED', 'FORBIDDEN', 'TOKEN_INVALID', 'TOKEN_EXPIRED', 'SESSION_ENDED', 'ROLE_LOST'];
      switch (accessOf(operation)) {
        case 'anyone':
          // The body is empty, so the refresh token is missing. The callers differ only in their access tokens.
          for (const answer of [unknown, forged, known])
            expect([label, refused]).not.toEqual([label, expect.arrayContaining([answer])]);
          break;
        case 'guests':
          // A route that checks other credentials, such as a password, ignores an invalid access token.
          expect([label, forged]).toEqual([label, takesBearer(operation) ? 'TOKEN_INVALID' : unknown]);
          expect([label, refused]).not.toEqual([label, expect.arrayContaining([known])]);
          expect([label, unknown]).not.toEqual([label, 'UNAUTHENTICATED']);
          break;
        case 'users':
          expect([label, unknown, forged]).toEqual([label, 'UNAUTHENTICATED', 'TOKEN_INVALID']);
          expect([label, known === 'FORBIDDEN']).toEqual([label, operation['x-permission'] !== undefined]);
      }
      for (const [person, role] of [
        [barista, 'barista'],
        [manager, 'manager'],
      ] as const)
        if (operation['x-permission'])
          expect([label, role, (await code(person)) !== 'FORBIDDEN']).toEqual([
            label,
            role,
            PERMISSIONS[role].includes(operation['x-permission']),
          ]);
    });
  });

  it('under /admin needs a permission', () => {
    const open = operations.filter(
      ({ path, ...operation }) => path.startsWith('/api/v1/admin') && !operation['x-permission'],
    );
    expect(open.map(({ operationId }) => operationId)).toEqual([]);
  });

  const GARBAGE = [
    'not-an-id',
    '%FF',
    '%00',
    '%F0%9F%8D%B5',
    '..%2F..%2Fetc%2Fpasswd',
    "'%20or%201=1--",
    'x'.repeat(200),
    '-1',
  ];

  it('refuses invalid values in its path', async () => {
    const cases = operations
      .filter(({ path }) => path.includes('{'))
      .flatMap((operation) => GARBAGE.map((garbage) => ({ operation, garbage })));
    await each(cases, async ({ operation, garbage }) => {
      const reply = await ask(
        open.admin,
        operation,
        addressOf(operation, () => garbage),
        bodyFor(operation),
      );
      if (reply.status < 400) throw new Error(`${operation.operationId} took ${garbage}: ${reply.status}`);
    });
  });

  it('answers 404 for an unknown id, or first reports other faults', async () => {
    const cases = operations.filter(({ path }) => path.includes('{'));
    await each(cases, async (operation) => {
      const reply = await ask(open.admin, operation, addressOf(operation), bodyFor(operation));
      expect([operation.operationId, [400, 401, 404]]).toEqual([
        operation.operationId,
        expect.arrayContaining([reply.status]),
      ]);
    });
  });

  it('refuses unknown query parameters and invalid values', async () => {
    const values = ['', '-1', '1e9', '99999999999999999999', '%00', 'x'.repeat(1_000), '%5B%5D'];
    const cases = operations.flatMap((operation) => {
      const names = (operation.parameters ?? []).filter(({ in: where }) => where === 'query').map(({ name }) => name);
      const garbage = names.flatMap((name) => [...values.map((value) => `${name}=${value}`), `${name}=1&${name}=2`]);
      return ['colour=red', ...garbage].map((query) => ({ operation, query }));
    });
    await each(cases, async ({ operation, query }) => {
      const reply = await ask(open.admin, operation, `${addressOf(operation)}?${query}`, bodyFor(operation));
      if (query === 'colour=red' && !['receivePaymentWebhook', 'followRebuild'].includes(operation.operationId))
        expect([operation.operationId, reply.body.error?.code]).toEqual([operation.operationId, 'VALIDATION_ERROR']);
    });
  });

  it('accepts the body in the document’s example', async () => {
    const cases = operations.filter(({ requestBody }) => requestBody !== undefined);
    await each(cases, async (operation) => {
      const who = operation.operationId === 'logOut' ? anonymous(open.shop) : open.admin;
      const body = operation.requestBody!.content['application/json'].example;
      const reply = await ask(who, operation, addressOf(operation), {
        body,
        headers: { 'idempotency-key': randomUUID() },
      });
      // An example is not wrong because its ids do not exist in this database.
      const faults = (reply.status === 400 ? reply.body.error.details : []) as { message: string }[];
      expect([
        operation.operationId,
        faults.filter(({ message }) => !message.startsWith('is not an existing ')),
      ]).toEqual([operation.operationId, []]);
    });
  });

  it('refuses a body if the document has none, and treats `{}` as no body', async () => {
    const withoutBody = operations.filter(
      ({ method, requestBody, operationId }) =>
        method !== 'GET' && requestBody === undefined && operationId !== 'receivePaymentWebhook',
    );
    expect(withoutBody.length).toBeGreaterThan(10);
    await each(withoutBody, async (operation) => {
      const headers = { 'idempotency-key': randomUUID() };
      const refused = await ask(open.admin, operation, addressOf(operation), { body: { from: 5 }, headers });
      const details = [{ field: 'body', message: 'must be left out: no body is taken here' }];
      expect([operation.operationId, refused.status, refused.body.error?.details]).toEqual([
        operation.operationId,
        400,
        details,
      ]);
      const withEmptyBody = await ask(open.admin, operation, addressOf(operation), { body: {}, headers });
      expect([operation.operationId, withEmptyBody.body?.error?.details]).not.toEqual([operation.operationId, details]);
    });
  });

  it('reads bodies of any form without an internal error', async () => {
    const wholeBodies = [
      ...['', 'not json', '[]', '"text"', 'null', '{"__proto__":{"a":1}}', '{"constructor":1}'],
      `${'{"a":'.repeat(500)}1${'}'.repeat(500)}`,
    ];
    const values = [null, -1, 1e308, '', 'x'.repeat(10_000), '\u0000', '\ud800', [null], {}];
    const cases = operations
      .filter(({ requestBody }) => requestBody !== undefined)
      .flatMap((operation) => {
        const good = exampleOf(operation.requestBody!.content['application/json'].schema, document);
        const changed = pathsIn(good).flatMap((place) => values.map((value) => replaceAt(good, place, value)));
        return [...wholeBodies, ...changed.map((body) => JSON.stringify(body))].map((body) => ({ operation, body }));
      });
    expect(cases.length).toBeGreaterThan(1_000);
    await each(cases, async ({ operation, body }) => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
      await ask(callerFor(operation, open.admin), operation, addressOf(operation), { body, headers });
    });
  });

  it('accepts unusual headers that do not matter', async () => {
    const unusualHeaders: Record<string, string>[] = [
      { 'if-match': '"abc"' },
      { 'if-match': '*' },
      { 'idempotency-key': 'x'.repeat(300) },
      { 'idempotency-key': 'a b' },
      { prefer: 'wait=-1, wait=abc;;;=' },
      { 'accept-language': ';;;q=,,vi;q=9999' },
      { 'x-cart-token': 'short' },
      { 'x-cart-token': "'; drop table carts; --" },
      { 'content-type': 'application/json; charset=utf-7' },
      { 'content-type': 'text/csv' },
      { traceparent: 'zz-zz-zz-zz' },
      { 'x-forwarded-for': 'not, an, address' },
    ];
    await each(
      operations.flatMap((operation) => unusualHeaders.map((headers) => ({ operation, headers }))),
      async ({ operation, headers }) =>
        void (await ask(callerFor(operation, customer), operation, addressOf(operation), {
          ...bodyFor(operation),
          headers,
        })),
    );
  });

  it('answers as the document describes', async () => {
    const { admin } = open;
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    ajv.addSchema({ $id: 'shop', components: document.components });
    const [drink] = await Promise.all([listDrink(admin), customer.get('/cart')]);
    const { id } = await customer.buy(drink.variantId, 'tok_ok', 2);
    await customer.waitForStatus(id, 'confirmed');
    const home = { recipient: 'An', phone: '0901234567', line1: '12 Lê Lợi', city: 'Huế' };
    await customer.post('/users/me/addresses', { body: home });
    expectStatus(201, await customer.addToCart(drink.variantId));
    await eventually(async () => expect((await admin.get('/admin/mailbox')).body.data).not.toEqual([]));
    const refund = await admin.post(`/admin/orders/${id}/refunds`, {
      body: { reason: 'x', amount: { amount: 1_000, currency: 'VND' } },
      headers: { 'idempotency-key': randomUUID() },
    });
    expectStatus(201, refund);
    const rebuild = (await admin.post('/admin/projections/sales/rebuilds', { body: { goLive: 'auto' } })).body.data.id;
    const [letter] = await open.database.admin<{ seq: string }>(
      `insert into ordering.inbox (message_id, handler, lane, key, type, body, meta, state, held, error)
       values (gen_random_uuid(), 'gone', 'gone', $1, 'ordering.gone.v1', '{}', '{}', 'dead', true, 'gone') returning seq`,
      [id],
    );
    await open.database.admin(
      `insert into payments.payment_findings (kind, provider, charge_id, payment_key, amount, currency, state)
       values ('unknown-payment', 'sandbox', 'ch_1', 'somebody else', 55000, 'VND', 'noted')`,
    );
    const erasedPerson = await register(open.shop);
    const erasure = (await admin.post(`/admin/users/${erasedPerson.userId}/erasure`)).body.data.id;
    const values: Record<string, string> = { id, idOrSlug: 'ca-phe-sua-da', name: 'sales', sku: drink.sku };
    const oneOf = async (list: string) => (await admin.get(list)).body.data[0].id as string;
    await eventually(async () =>
      expect((await admin.get(`/admin/projections/sales/rebuilds/${rebuild}`)).body.data.state).toBe('live'),
    );
    const verification = (await admin.post('/admin/events/verify')).body.data.id;
    expectStatus(200, await admin.post('/admin/audit/verify'));
    const [trail] = await open.database.admin<{ id: string }>('select id from audit.verifications');
    await eventually(async () => expect((await admin.get('/admin/events/seals')).body.data).not.toEqual([]), 30_000);
    const idsByOperation: Record<string, string> = {
      ...{ viewErasure: erasure, viewRebuild: rebuild, diffRebuild: rebuild, lookUpProduct: drink.productId },
      viewVerification: verification,
      viewAuditVerification: trail.id,
      viewDeadLetter: `ordering-${letter.seq}`,
      ...{ lookUpCategory: await oneOf('/admin/categories'), lookUpBrand: await oneOf('/admin/brands') },
    };
    const queries: Record<string, string> = {
      searchProducts: '?q=ca phe',
      suggestProducts: '?q=tra',
      diffOrder: '?from=0',
    };

    const reads = operations.filter(({ method, operationId }) => method === 'GET' && operationId !== 'followRebuild');
    expect(reads.length).toBeGreaterThan(25);
    for (const operation of reads) {
      const { operationId: label } = operation;
      const address =
        addressOf(operation, (name) => (name === 'id' && idsByOperation[label]) || values[name]) +
        (queries[label] ?? '');
      const reply = await ask(operation['x-permission'] ? admin : customer, operation, address);
      expect([label, reply.status]).toEqual([label, 200]);
      const [{ schema }] = Object.values(operation.responses['200'].content!);
      const validate = ajv.compile(
        JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"shop#/components/')) as object,
      );
      validate(reply.body);
      expect([label, validate.errors]).toEqual([label, null]);
      if (Array.isArray(reply.body.data)) expect([label, reply.body.data.length > 0]).toEqual([label, true]);
      await expectNotModified(operation, operation['x-permission'] ? admin : customer, address);
    }
  });

  /** Expects an ETag exactly if the document lists `If-None-Match`. A second request with this ETag must get 304. */
  const expectNotModified = (operation: Operation, who: Person, address: string) =>
    eventually(async () => {
      const tag = (await ask(who, operation, address)).headers.get('etag');
      const asks = (operation.parameters ?? []).some(({ name }) => name === 'If-None-Match');
      const inDocument = [asks, documentedHeaders(operation, 200).includes('etag'), '304' in operation.responses];
      expect([operation.operationId, ...inDocument]).toEqual([
        operation.operationId,
        ...inDocument.map(() => tag !== null),
      ]);
      if (!tag) return;
      const again = await ask(who, operation, address, { headers: { 'if-none-match': tag } });
      expect([operation.operationId, again.status]).toEqual([operation.operationId, 304]);
    });

  it('still works after all these requests', async () => {
    expect((await open.shop.get('//health')).body.status).toBe('ok');
    expect(open.shop.output()).not.toMatch(/unhandled|uncaught/i);
  });
});
