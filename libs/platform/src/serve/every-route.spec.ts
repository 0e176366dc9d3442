import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SignJWT } from 'jose';
import { Slow } from './testing/demo.controller';
import { demoShop, WarningCheck, DatabaseCheck, RedisCheck, tokenFor, USER } from './testing/demo-shop';
import { ShopState } from '#platform/observability';
import { CartTokens } from '#platform/security';

type Inject = Exclude<Parameters<NestFastifyApplication['inject']>[0], string | undefined>;

const ID = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';
const BODY = { name: 'Cà phê', variants: [{ name: 'M', stock: 3 }] };

const requesterFor =
  (app: () => NestFastifyApplication) =>
  async (method: string, url: string, options: Omit<Inject, 'method' | 'url'> = {}) => {
    const path = /^\/(health|metrics|docs)/.test(url) ? url : `/api/v1${url}`;
    const reply = await app().inject({ method, url: path, ...options } as Inject);
    const json =
      reply.headers['content-type']?.toString().includes('json') && reply.body ? JSON.parse(reply.body) : undefined;
    return { status: reply.statusCode, headers: reply.headers, body: json, text: reply.body };
  };

const bearer = async (options?: Parameters<typeof tokenFor>[0]) => ({
  authorization: `Bearer ${await tokenFor(options)}`,
});

describe('Every route', () => {
  let app: NestFastifyApplication;
  let staff: { authorization: string };
  const logged: unknown[] = [];
  const ask = requesterFor(() => app);

  beforeAll(async () => {
    const log = () => undefined;
    app = await demoShop({
      logger: { log, warn: log, debug: log, verbose: log, error: (message: unknown) => void logged.push(message) },
    });
    staff = await bearer({ role: 'manager' });
  });
  afterAll(() => app.close());

  it('answers with data in an envelope, a request id and no-store', async () => {
    const { status, body, headers } = await ask('GET', `/brews/${ID}`);
    expect([status, body.success, body.data.name]).toEqual([200, true, 'one']);
    expect(headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect((await ask('GET', '/brews/free')).headers['cache-control']).toBe('no-store');
  });

  it('uses the request id of the caller if it is valid', async () => {
    expect((await ask('GET', '/brews/free', { headers: { 'x-request-id': 'abc-1' } })).headers['x-request-id']).toBe(
      'abc-1',
    );
    expect(
      (await ask('GET', '/brews/free', { headers: { 'x-request-id': 'a b\u0007' } })).headers['x-request-id'],
    ).not.toContain(' ');
  });

  it('answers without the envelope if the route is declared bare', async () => {
    expect((await ask('GET', '/brews/bare')).body).toEqual({ keys: [] });
  });

  it('answers 204 without a body', async () => {
    const deleted = await ask('DELETE', `/brews/${ID}`);
    expect([deleted.status, deleted.text]).toEqual([204, '']);
  });

  it('reports all faults of a body in one response, by path, and refuses unknown fields', async () => {
    const { status, body } = await ask('POST', '/brews', {
      headers: staff,
      payload: {
        name: 'x', variants: [{ name: 'M', stock: '3' }, { name: '', stock: -1, more: 1 }], price: 5, pack: 7,
        email: 'no', featured: 'true', from: 'yesterday', brandId: 'x', tags: ['y'],
      }, // prettier-ignore
    });
    expect([status, body.error.code, body.error.message]).toEqual([400, 'VALIDATION_ERROR', 'Invalid input data']);
    const faults = Object.fromEntries(
      body.error.details.map((d: { field: string; message: string }) => [d.field, d.message]),
    );
    expect(faults).toEqual({
      price: 'is not known here',
      name: 'must have at least 3 characters',
      'variants.0.stock': 'must be a whole number',
      'variants.1.name': 'must not be blank',
      'variants.1.stock': 'must be at least 0',
      'variants.1.more': 'is not known here',
      pack: 'must be an object',
      email: 'must be an e-mail address',
      featured: 'must be true or false',
      from: expect.stringContaining('ISO 8601'),
      brandId: 'must be a UUID',
      tags: 'must be a UUID',
    });
  });

  it('reports missing fields', async () => {
    const { body } = await ask('POST', '/brews', { headers: staff, payload: {} });
    expect(body.error.details).toEqual([
      { field: 'name', message: 'is required' },
      { field: 'variants', message: 'is required' },
    ]);
  });

  it('reads a valid body: trimmed, with defaults, times as dates, and null where it is allowed', async () => {
    const { status, body } = await ask('POST', '/brews', {
      headers: staff,
      payload: { ...BODY, name: '  Cà phê ', from: '2026-11-23T03:04:05Z', brandId: ID.toUpperCase(), note: null },
    });
    expect(status).toBe(201);
    expect(body.data).toMatchObject({
      name: 'Cà phê',
      featured: false,
      from: '2026-11-23T03:04:05.000Z',
      brandId: ID,
      note: null,
    });
  });

  it.each([
    ['a list with null as an entry', { ...BODY, variants: [null] }, 'variants'],
    ['an empty list', { ...BODY, variants: [] }, 'variants'],
    ['null in a field that is not nullable', { ...BODY, name: null }, 'name'],
    ['text that cannot be stored', { ...BODY, name: 'abc\u0000d' }, 'name'],
    ['half a surrogate pair', { ...BODY, name: 'abc\ud800' }, 'name'],
  ])('refuses %s', async (_, payload, field) => {
    const { status, body } = await ask('POST', '/brews', { headers: staff, payload });
    expect([status, body.error.details[0].field]).toEqual([400, field]);
  });

  it.each([[[1]], ['"text"'], ['7'], ['null']])('refuses a body that is not an object: %j', async (payload) => {
    const { status, body } = await ask('POST', '/brews/plain', { headers: { 'content-type': 'application/json' }, payload: typeof payload === 'string' ? payload : JSON.stringify(payload) }); // prettier-ignore
    expect([status, body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
  });

  it('distinguishes malformed, too large and unsupported bodies', async () => {
    const json = { 'content-type': 'application/json' };
    const results = [
      await ask('POST', '/brews/plain', { headers: json, payload: '{"grams": ' }),
      await ask('POST', '/brews/plain', { headers: json, payload: JSON.stringify({ grams: 'x'.repeat(1_100_000) }) }),
      await ask('POST', '/brews/plain', { headers: { 'content-type': 'application/xml' }, payload: '<a/>' }),
      await ask('POST', '/brews/plain', { headers: { 'content-type': 'text/csv' }, payload: 'a,b' }),
    ];
    expect(results.map(({ status, body }) => [status, body.error.code])).toEqual([
      [400, 'MALFORMED_REQUEST'],
      [413, 'BODY_TOO_LARGE'],
      [415, 'UNSUPPORTED_MEDIA_TYPE'],
      [415, 'UNSUPPORTED_MEDIA_TYPE'],
    ]);
    expect(results.every(({ body }) => body.success === false && body.error.requestId)).toBe(true);
    expect(results[1].body.error.message).toBe('The body is larger than the 16 KB that are accepted here.');
  });

  it('says why it cannot read a JSON body', async () => {
    const json = 'application/json';
    const messageWith = async (headers: Record<string, string>) =>
      (await ask('POST', '/brews/plain', { headers: { 'content-type': json, ...headers }, payload: '{"grams":5}' }))
        .body.error.message;
    expect(await messageWith({ 'content-encoding': 'gzip' })).toMatch(/^A compressed body is not accepted/);
    expect(await messageWith({ 'content-type': `${json}; charset=latin1` })).toMatch(/^Only UTF-8 is accepted/);
    const vietnamese = { 'content-encoding': 'gzip', 'accept-language': 'vi' };
    expect(await messageWith(vietnamese)).toMatch(/^Không nhận nội dung đã nén/);
  });

  it.each([
    ['{"from":5}', 400],
    ['[]', 400],
    ['null', 400],
    ['0', 400],
    ['{}', 201],
    [undefined, 201],
  ])('accepts only an empty body if it needs no body: %s', async (payload, expected) => {
    const headers = { ...(payload !== undefined && { 'content-type': 'application/json' }) };
    const { status, body } = await ask('POST', '/brews/nothing', {
      headers,
      ...(payload !== undefined && { payload }),
    });
    expect(status).toBe(expected);
    if (expected === 400)
      expect(body.error).toMatchObject({
        code: 'VALIDATION_ERROR',
        details: [{ field: 'body', message: 'must be left out: no body is taken here' }],
      });
  });

  it('accepts JSON in UTF-8 only', async () => {
    const plain = async (headers: Record<string, string>, payload: string | Buffer = '{"grams":5}') =>
      (await ask('POST', '/brews/plain', { headers: { 'content-type': 'application/json', ...headers }, payload }))
        .status;
    expect(await plain({})).toBe(201);
    for (const type of ['charset=utf-8', 'charset="UTF-8"', 'charset=utf8'])
      expect([type, await plain({ 'content-type': `application/json; ${type}` })]).toEqual([type, 201]);
    expect(await plain({ 'content-encoding': 'identity' })).toBe(201);
    expect(await plain({}, '\ufeff{"grams":5}')).toBe(201);
    for (const coding of ['gzip', 'br', 'deflate', 'x', 'identity, gzip'])
      expect([coding, await plain({ 'content-encoding': coding })]).toEqual([coding, 415]);
    for (const type of ['application/json; charset=utf-16', 'application/json;charset=iso-8859-1', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'json', '*/*'])
      expect([type, await plain({ 'content-type': type })]).toEqual([type, 415]); // prettier-ignore
    expect(await plain({ 'content-type': 'application/x-www-form-urlencoded' }, 'grams=5')).toBe(415);
    for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf5, 0x80, 0x80, 0x80]]) {
      const payload = Buffer.concat([Buffer.from('{"grams":5,"x":"'), Buffer.from(bytes), Buffer.from('"}')]);
      expect([bytes, await plain({}, payload)]).toEqual([bytes, 400]);
    }
  });

  it('ignores Content-Encoding if there is no body', async () => {
    expect((await ask('POST', '/brews/nothing', { headers: { 'content-encoding': 'gzip' } })).status).toBe(201);
  });

  it('limits the depth and the size of every body', async () => {
    const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    const json = { 'content-type': 'application/json' };
    const faultsAt = async (url: string, payload: string, headers: object = {}) => {
      const { status, body } = await ask('POST', url, { headers: { ...json, ...headers }, payload });
      return [status, body.error.code, body.error.details?.[0].message];
    };
    const tooDeep = [400, 'VALIDATION_ERROR', 'must not be nested deeper than 32 levels'];
    const zeros = (count: number) => JSON.stringify(Array.from({ length: count }, () => 0));
    const names = (count: number) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, n) => [n, 1])));
    for (const url of ['/brews/plain', '/brews/nothing', '/brews/log-in']) {
      for (const payload of [deep(33), deep(1_312), `${'['.repeat(8_000)}${']'.repeat(8_000)}`])
        expect(await faultsAt(url, payload)).toEqual(tooDeep);
      expect(await faultsAt(url, zeros(1_001))).toEqual([
        400,
        'VALIDATION_ERROR',
        'must not hold more than 1000 values',
      ]);
      expect(await faultsAt(url, names(201))).toEqual([400, 'VALIDATION_ERROR', 'must not hold more than 200 names']);
      expect(await faultsAt(url, zeros(8_200))).toEqual([413, 'BODY_TOO_LARGE', undefined]);
    }
    for (const payload of [deep(100_000), `${'['.repeat(500_000)}${']'.repeat(500_000)}`])
      expect(await faultsAt('/admin/brews', payload, staff)).toEqual(tooDeep);
    expect(await faultsAt('/admin/brews', zeros(20_001), staff)).toEqual([400, 'VALIDATION_ERROR', 'must not hold more than 20000 values']); // prettier-ignore
    expect(await faultsAt('/brews/plain', deep(32))).toEqual([400, 'VALIDATION_ERROR', 'is not known here']);
  });

  it.each(Object.getOwnPropertyNames(Object.prototype))('refuses a field called %s, at any depth', async (name) => {
    const at = async (payload: string, url = '/brews/plain') => {
      const headers = { ...staff, 'content-type': 'application/json' };
      const { status, body } = await ask('POST', url, { headers, payload });
      return [status, body.error?.details];
    };
    const unknown = (field: string) => [400, [{ field, message: 'is not known here' }]];
    expect(await at(`{"grams":5,"${name}":1}`)).toEqual(unknown(name));
    expect(await at(`{"grams":5,"${name}":{"a":1}}`)).toEqual(unknown(name));
    expect(await at(`{"name":"Cà phê","variants":[{"name":"M","stock":3,"${name}":1}]}`, '/brews')).toEqual(
      unknown(`variants.0.${name}`),
    );
    expect(await at(`{"name":"Cà phê","variants":[{"name":"M","stock":3}],"pack":{"grams":1,"${name}":[]}}`, '/brews')).toEqual(unknown(`pack.${name}`)); // prettier-ignore
    for (const url of ['/brews?', '/brews/free?'])
      expect((await ask('GET', `${url}${name}=1`)).body.error.details).toEqual(unknown(name)[1]);
  });

  it('reports at most twenty faults', async () => {
    const payload = Object.fromEntries(
      Array.from({ length: 149 }, (_, n) => [`${n}${n === 0 ? 'x'.repeat(1_000) : ''}`, 1]),
    );
    const { error, meta } = (await ask('POST', '/brews/plain', { payload })).body;
    const { details } = error;
    expect(details).toHaveLength(20);
    expect(details.every(({ field }: { field: string }) => field.length <= 200)).toBe(true);
    expect(meta).toEqual({ moreErrors: 129 });
  });

  it('accepts an empty body with any content type if it needs no body', async () => {
    const empty = await ask('POST', '/brews/nothing', { headers: { 'content-type': 'application/json' } });
    expect([empty.status, empty.body]).toEqual([201, { success: true, data: null }]);
    expect((await ask('POST', '/brews/nothing', { payload: {} })).status).toBe(201);
    const missing = await ask('POST', '/brews/plain', { headers: { 'content-type': 'application/json' } });
    expect(missing.status).toBe(400);
  });

  it('checks query parameters strictly, and refuses unknown parameters, even if the route has no parameters', async () => {
    const at = async (query: string) => (await ask('GET', `/brews?${query}`)).status;
    expect(await at('limit=2&sort=price')).toBe(200);
    for (const bad of [
      'limit=0',
      'limit=101',
      'limit=2.0',
      'limit=02',
      'limit=1e1',
      'limit=',
      'limit=1&limit=2',
      'sort=size',
      'colour=red',
      'cursor=!!',
    ])
      expect([bad, await at(bad)]).toEqual([bad, 400]);
    expect((await ask('GET', '/brews/free?x=1')).body.error.details).toEqual([
      { field: 'x', message: 'is not known here' },
    ]);
  });

  it('returns a list page by page, to the end of the list', async () => {
    const names: string[] = [];
    let cursor: string | null = '';
    do {
      const { body } = await ask('GET', `/brews?limit=2${cursor ? `&cursor=${cursor}` : ''}`);
      names.push(...body.data.map((each: { name: string }) => each.name));
      expect(body.meta.hasMore).toBe(body.meta.nextCursor !== null);
      cursor = body.meta.nextCursor;
    } while (cursor);
    expect(names).toEqual(['name 0', 'name 1', 'name 2', 'name 3', 'name 4']);
  });

  it('answers 400 for a path id that is not a UUID, and 404 for a missing thing or route', async () => {
    const codes = [
      await ask('GET', '/brews/42'),
      await ask('GET', `/brews/${USER}`),
      await ask('GET', '/nowhere'),
      await ask('POST', '/brews/me'),
    ];
    expect(codes.map(({ status, body }) => [status, body.error.code])).toEqual([
      [400, 'VALIDATION_ERROR'],
      [404, 'NOT_FOUND'],
      [404, 'NOT_FOUND'],
      [404, 'NOT_FOUND'],
    ]);
  });

  it('refuses invalid URLs', async () => {
    for (const url of ['/brews/slugs/%ff', '/brews/slugs/a%00b', `/brews/slugs/${'a'.repeat(300)}`]) {
      const { status, body } = await ask('GET', url);
      expect([status >= 400 && status < 500, body.success]).toEqual([true, false]);
    }
  });

  it('refuses a PATCH without a body', async () => {
    for (const options of [{}, { payload: 'null', headers: { 'content-type': 'application/json' } }]) {
      const headers = { ...staff, ...('headers' in options ? options.headers : {}) };
      const { status, body } = await ask('PATCH', `/brews/${ID}`, { ...options, headers });
      expect([status, body.error.details.map(({ field }: { field: string }) => field)]).toEqual([400, ['body']]);
    }
    expect((await ask('POST', '/brews/nothing')).status).toBe(201);
  });

  it('answers 304 to a client with the current version, and 412 to a client with an old version', async () => {
    const first = await ask('GET', `/brews/${ID}`);
    expect(first.headers.etag).toBe('"7"');
    const again = await ask('GET', `/brews/${ID}`, { headers: { 'if-none-match': 'W/"7", "9"' } });
    expect([again.status, again.text, again.headers.etag]).toEqual([304, '', '"7"']);
    expect(first.headers).toMatchObject({ 'cache-control': 'private, no-cache', vary: 'Authorization, X-Cart-Token' });
    expect(again.headers).toMatchObject({ 'cache-control': 'private, no-cache', vary: 'Authorization, X-Cart-Token' });
    const hashed = await ask('GET', '/brews/cached');
    expect(hashed.headers['cache-control']).toContain('public, max-age=60');
    expect(hashed.headers.vary).toBeUndefined();
    expect(
      (await ask('GET', '/brews/cached', { headers: { 'if-none-match': String(hashed.headers.etag) } })).status,
    ).toBe(304);
    const change = (tag?: string) =>
      ask('PATCH', `/brews/${ID}`, { headers: { ...staff, ...(tag && { 'if-match': tag }) }, payload: { grams: 1 } });
    expect((await change('"7"')).status).toBe(200);
    expect((await change()).status).toBe(200);
    expect((await change('"6"')).body.error.code).toBe('PRECONDITION_FAILED');
    expect((await change('"abc"')).status).toBe(412);
    for (const one of ['*', '"6", "7"', '"7", "8"', '"8","7","6"', '"x","7"', ' "7" '])
      expect([one, (await change(one)).status]).toEqual([one, 200]);
    for (const none of ['W/"7"', 'w/"7"', '"7-4f2a"', '"07"', '7', 'x"7"', '"6", W/"7"', '"6", "8"'])
      expect([none, (await change(none)).status]).toEqual([none, 412]);
  });

  it('requires an Idempotency-Key, and reads from a header how long the caller waits', async () => {
    const none = await ask('POST', '/brews/orders');
    expect([none.status, none.body.error.code]).toEqual([400, 'IDEMPOTENCY_KEY_REQUIRED']);
    for (const key of ['', 'a b', 'é', 'x'.repeat(256)]) {
      const wrong = await ask('POST', '/brews/orders', { headers: { 'idempotency-key': key } });
      expect([key, wrong.status, wrong.body.error.code]).toEqual([key, 400, 'IDEMPOTENCY_KEY_REQUIRED']);
    }
    const keyed = await ask('POST', '/brews/orders', { headers: { 'idempotency-key': 'k-1', prefer: 'wait=60' } });
    expect([keyed.status, keyed.body.data]).toEqual([202, { key: 'k-1', wait: 5 }]);
  });

  it('answers in Vietnamese if the caller prefers it', async () => {
    const at = async (language: string) =>
      (await ask('GET', '/nowhere', { headers: { 'accept-language': language } })).body.error.message;
    expect(await at('vi-VN,vi;q=0.9,en;q=0.8')).toBe('Không tìm thấy.');
    expect(await at('en;q=0.9,vi;q=0.1')).toBe('There is nothing here.');
    expect(await at('fr')).toBe('There is nothing here.');
    const { body } = await ask('POST', '/brews', { headers: { ...staff, 'accept-language': 'vi' }, payload: {} });
    expect(body.error.details[0].message).toBe('là bắt buộc');
  });

  it('answers with the status and the code of a refusal', async () => {
    const { status, body } = await ask('POST', '/brews', { headers: staff, payload: { ...BODY, name: 'taken' } });
    expect([status, body.error.code, body.error.message]).toEqual([
      409,
      'SKU_TAKEN',
      'This SKU is taken. Choose another.',
    ]);
  });

  it('logs an unexpected error once, with the request id, and does not show the error to the caller', async () => {
    logged.length = 0;
    const { status, body, text } = await ask('GET', '/brews/broken', { headers: { 'x-request-id': 'r-1' } });
    expect([status, body.error.code, body.error.requestId]).toEqual([500, 'INTERNAL', 'r-1']);
    expect(text).not.toContain('secret');
    expect(logged).toEqual([expect.objectContaining({ requestId: 'r-1', error: expect.any(Error) })]);
  });

  it('answers 503 with Retry-After if the database does not respond', async () => {
    const { status, headers, body } = await ask('GET', '/brews/away');
    expect([status, headers['retry-after'], body.error.code]).toEqual([503, '1', 'UNAVAILABLE']);
  });

  describe('permits', () => {
    const codeOf = async (url: string, headers: Record<string, string> = {}) => {
      const { status, body } = await ask('GET', url, { headers });
      return body.success ? status : `${status} ${body.error.code}`;
    };

    it('nobody, if the route has no access rule', async () => {
      expect(await codeOf('/brews/forgotten')).toBe('401 UNAUTHENTICATED');
      expect(await codeOf('/brews/forgotten', await bearer({ role: 'admin' }))).toBe('403 FORBIDDEN');
    });

    it('signed-in callers, or callers with the permission', async () => {
      expect(await codeOf('/brews/me')).toBe('401 UNAUTHENTICATED');
      expect(await codeOf('/brews/me', await bearer())).toBe(200);
      expect(await codeOf('/brews/secret', await bearer())).toBe('403 FORBIDDEN');
      expect(await codeOf('/brews/secret', await bearer({ role: 'barista' }))).toBe('403 FORBIDDEN');
      expect(await codeOf('/brews/secret', staff)).toBe(200);
    });

    it('no caller with an expired or a forged token, and answers with a different code for each', async () => {
      expect(await codeOf('/brews/me', await bearer({ expiresIn: -1 }))).toBe('401 TOKEN_EXPIRED');
      for (const bad of [
        { forged: true },
        { kid: 'k2' },
        { audience: 'x' },
        { issuer: 'x' },
        { role: 'constructor' },
        { sub: 'x' },
        { forged: true, expiresIn: -1 },
      ] as const)
        expect([bad, await codeOf('/brews/me', await bearer(bad))]).toEqual([bad, '401 TOKEN_INVALID']);
      const hmac = await new SignJWT({ role: 'admin' })
        .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
        .setSubject(USER)
        .sign(Buffer.alloc(32));
      const none = `${Buffer.from('{"alg":"none","kid":"k1"}').toString('base64url')}.${hmac.split('.')[1]}.`;
      for (const token of [hmac, none, 'x', 'a.b.c', '']) expect([token, await codeOf('/brews/me', { authorization: `Bearer ${token}` })]).toEqual([token, '401 TOKEN_INVALID']); // prettier-ignore
      expect(await codeOf('/brews/me', { authorization: 'Basic eDp5' })).toBe('401 TOKEN_INVALID');
    });

    it('callers with a bad token only if the route is public', async () => {
      expect(await codeOf('/brews/whoever', await bearer({ expiresIn: -1 }))).toBe('401 TOKEN_EXPIRED');
      expect(await codeOf('/brews/free', { authorization: 'Bearer x' })).toBe(200);
    });

    it('guests with a cart token, and users with an access token', async () => {
      const cartToken = app.get(CartTokens).issue();
      const guest = await ask('GET', '/brews/whoever', { headers: { 'x-cart-token': cartToken.text } });
      expect(guest.body.data).toEqual({ kind: 'guest', cartToken });
      for (const madeUp of ['c'.repeat(43), 'c'.repeat(64), `${cartToken.text}A`, ''])
        expect((await ask('GET', '/brews/whoever', { headers: { 'x-cart-token': madeUp } })).body.data).toEqual({
          kind: 'guest',
        });
      const user = await ask('GET', '/brews/whoever', { headers: await bearer({ role: 'barista' }) });
      expect(user.body.data).toEqual({ kind: 'user', userId: USER, email: 'an@example.com', role: 'barista', permissions: ['staff', 'refund'], sessionId: 's1', expiresAt: expect.any(Number) }); // prettier-ignore
    });
  });

  describe('health', () => {
    /** Makes the last response older than a second, so that the next request runs the checks again. */
    const waitASecond = () => {
      const now = performance.now() + 1_001;
      jest.spyOn(performance, 'now').mockReturnValue(now);
    };
    afterEach(() => {
      RedisCheck.healthy = DatabaseCheck.healthy = true;
      RedisCheck.slow = DatabaseCheck.impaired = false;
      waitASecond();
    });
    afterAll(() => void jest.restoreAllMocks());

    it('lists the configured services, and only the database is fatal', async () => {
      app.get(ShopState).open();
      const healthy = await ask('GET', '/health');
      expect([healthy.status, healthy.body]).toEqual([
        200,
        { status: 'ok', timestamp: expect.any(String), services: { redis: 'healthy', database: 'healthy' } },
      ]);
      RedisCheck.healthy = false;
      // This is the last response again, because it is less than a second old.
      expect((await ask('GET', '/health')).body).toEqual(healthy.body);
      waitASecond();
      expect((await ask('GET', '/health')).body).toMatchObject({
        status: 'degraded',
        services: { redis: 'unhealthy' },
      });
      expect((await ask('GET', '/health/ready')).status).toBe(200);
      DatabaseCheck.impaired = true;
      waitASecond();
      expect((await ask('GET', '/health')).body).toMatchObject({
        status: 'degraded',
        services: { database: 'unhealthy' },
      });
      expect((await ask('GET', '/health/ready')).status).toBe(200);
      DatabaseCheck.impaired = false;
      DatabaseCheck.healthy = false;
      waitASecond();
      const down = await ask('GET', '/health');
      expect([down.status, down.body.status, down.headers['retry-after']]).toEqual([503, 'down', '1']);
      expect((await ask('GET', '/health/ready')).status).toBe(503);
      expect((await ask('GET', '/health/live')).status).toBe(200);
    });

    it('lists a warning while the check finds something, but not while the check gets no response', async () => {
      const named: boolean[] = [];
      for (const found of ['nothing', 'something', 'no answer', 'nothing'] as const) {
        WarningCheck.found = found;
        waitASecond();
        named.push('doubt' in (await ask('GET', '/health')).body.services);
      }
      expect(named).toEqual([false, true, false, false]);
    });

    it('waits at most a second for a check', async () => {
      RedisCheck.slow = true;
      const asked = Date.now();
      expect((await ask('GET', '/health')).body.status).toBe('degraded');
      expect(Date.now() - asked).toBeLessThan(4_000);
    });
  });

  it('is measured under its route template, and unknown URLs under one name', async () => {
    await ask('GET', `/brews/${ID}`);
    await ask('GET', '/nowhere/at/all');
    const { text } = await ask('GET', '/metrics');
    expect(text).toMatch(
      /http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/brews\/:id",status="200"\}/,
    );
    expect(text).toMatch(/http_request_duration_seconds_count\{method="GET",route="unknown",status="404"\}/);
    expect(text).not.toContain('/nowhere');
  });
});

describe('Pages of another origin', () => {
  it('are allowed to read every header that clients use', async () => {
    const app = await demoShop({ corsOrigins: ['https://front.example'] });
    const { headers } = await requesterFor(() => app)('GET', `/brews/${ID}`, {
      headers: { origin: 'https://front.example' },
    });
    const exposed = String(headers['access-control-expose-headers']).toLowerCase().split(/,\s*/);
    await app.close();
    const expected = ['etag', 'location', 'x-cart-token', 'x-request-id', 'content-language', 'content-disposition', 'retry-after', 'idempotent-replayed', 'preference-applied', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset']; // prettier-ignore
    expect(exposed.sort()).toEqual(expected.sort());
  });
});

describe('The limits', () => {
  let app: NestFastifyApplication;
  const ask = requesterFor(() => app);
  afterEach(() => app.close());

  it('count anonymous callers by address, send the number of remaining requests, and delay the second half of the requests', async () => {
    app = await demoShop({ rateLimitApi: 4 });
    const replies = [];
    for (let n = 0; n < 3; n += 1) {
      const before = Date.now();
      replies.push({ ...(await ask('GET', '/brews/whoever')), took: Date.now() - before });
    }
    expect(replies.map(({ headers }) => headers['ratelimit-remaining'])).toEqual(['3', '2', '1']);
    expect(replies.map(({ took }) => took >= 450)).toEqual([false, false, true]);
    await ask('GET', '/brews/whoever');
    const refused = await ask('GET', '/brews/whoever', { headers: { 'x-forwarded-for': '9.9.9.9' } });
    expect([refused.status, refused.body.error.code]).toEqual([429, 'RATE_LIMITED']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.headers).toMatchObject({ 'ratelimit-limit': '4', 'ratelimit-remaining': '0' });
    expect((await ask('GET', '/brews/free')).status).toBe(200);
    expect((await ask('GET', '/health')).status).toBe(200);
    const user = await ask('GET', '/brews/whoever', { headers: await bearer() });
    expect([user.status, user.headers['ratelimit-limit']]).toEqual([200, '40']);
  });

  it('count requests with bad tokens for the address of the caller', async () => {
    app = await demoShop({ rateLimitApi: 2 });
    const headers = { authorization: 'Bearer x' };
    const replies = [
      await ask('GET', '/brews/me', { headers }),
      await ask('GET', '/brews/me', { headers }),
      await ask('GET', '/brews/me', { headers }),
    ];
    expect(replies.map(({ status }) => status)).toEqual([401, 401, 429]);
  });

  it('use X-Forwarded-For only from a trusted proxy', async () => {
    app = await demoShop({ rateLimitApi: 1, trustedProxies: ['127.0.0.1'] });
    const from = async (ip: string) =>
      (await ask('GET', '/brews/whoever', { headers: { 'x-forwarded-for': ip } })).status;
    expect([await from('9.9.9.9'), await from('9.9.9.9'), await from('8.8.8.8')]).toEqual([200, 429, 200]);
    expect([await from('7.7.7.7:1000'), await from('7.7.7.7:1001')]).toEqual([200, 429]);
    expect([await from('[2001:db8::1]:443'), await from('2001:db8::2')]).toEqual([200, 429]);
    expect([await from('unknown'), await from('garbage1')]).toEqual([200, 429]);
  });

  it('do not count requests from this machine if the setting for the limit of the API is absent', async () => {
    const limits = { exemptsLoopback: true, rateLimitApi: 1, rateLimitLogin: 1, rateLimitRegister: 1 };
    app = await demoShop({ ...limits, trustedProxies: ['127.0.0.1', '10.0.0.1'] });
    const from = async (remoteAddress: string, ip?: string) =>
      (await ask('GET', '/brews/whoever', { remoteAddress, ...(ip && { headers: { 'x-forwarded-for': ip } }) })).status;
    const twice = async (...who: [string, string?]) => [await from(...who), await from(...who)];
    for (const here of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])
      expect([here, ...(await twice(here))]).toEqual([here, 200, 200]);
    expect(await twice('9.9.9.9')).toEqual([200, 429]);
    expect(await twice('127.0.0.1', '8.8.8.8')).toEqual([200, 429]); // a proxy on this machine
    expect(await twice('10.0.0.1', '127.0.0.1')).toEqual([200, 429]);
    const register = async () => (await ask('POST', '/brews/register')).status;
    expect([await register(), await register()]).toEqual([201, 429]);
    const logIn = async () => (await ask('POST', '/brews/log-in', { payload: { email: 'a@x.vn', password: 'no' } })).status; // prettier-ignore
    expect([await logIn(), await logIn()]).toEqual([401, 429]);
  });

  it('allow a few failed log-ins for each account and each address, and do not count successful log-ins', async () => {
    app = await demoShop({ rateLimitLogin: 2 });
    const logIn = async (email: string, password: string, remoteAddress = '1.1.1.1') =>
      (await ask('POST', '/brews/log-in', { payload: { email, password }, remoteAddress })).status;
    const many = await Promise.all(Array.from({ length: 6 }, () => logIn('a@x.vn', 'right')));
    expect(many).toEqual([200, 200, 200, 200, 200, 200]);
    expect([await logIn('a@x.vn', 'no'), await logIn('A@x.vn ', 'no'), await logIn('a@x.vn', 'right')]).toEqual([
      401, 401, 429,
    ]);
    expect(await logIn('a@x.vn', 'right', '2.2.2.2')).toBe(200); // the account can still log in from another address
    // The address has used up its limit, so it cannot log in to another account.
    expect(await logIn('b@x.vn', 'right', '1.1.1.1')).toBe(429);
    expect(await logIn('b@x.vn', 'right', '2.2.2.2')).toBe(200);
  });

  it('of log-in and registration are not used up by other requests from the same address', async () => {
    app = await demoShop({ rateLimitApi: 4, rateLimitLogin: 4, rateLimitRegister: 3 });
    const statuses = async (times: number, send: () => Promise<{ status: number }>) => {
      const all = [];
      for (let n = 0; n < times; n += 1) all.push((await send()).status);
      return all;
    };
    const logIn = (email: string, password: string) => () =>
      ask('POST', '/brews/log-in', { payload: { email, password } });
    // From now on, this address is known for this account, so the account has a limit of its own at this address.
    expect((await logIn('staff@x.vn', 'right')()).status).toBe(200);
    expect((await statuses(5, () => ask('GET', '/brews/whoever'))).at(-1)).toBe(429);
    expect(await statuses(1, () => ask('POST', '/brews/register'))).toEqual([201]);
    expect(await statuses(1, logIn('new@x.vn', 'right'))).toEqual([200]);
    // The next attempts use up the limit of the address for all other accounts, even if the e-mail addresses are
    // unknown.
    expect(await statuses(1, logIn('one@x.vn', 'right'))).toEqual([200]);
    expect(await statuses(1, () => ask('POST', '/brews/log-in', { payload: { password: 'x' } }))).toEqual([400]);
    expect(await statuses(1, logIn('two@x.vn', 'right'))).toEqual([429]);
    expect(await statuses(5, logIn('staff@x.vn', 'right'))).toEqual([200, 200, 200, 200, 429]);
  });

  it('count a signed-in user separately from others at the same address', async () => {
    app = await demoShop({ rateLimitLogin: 2 });
    const guess = async (sub: string | undefined, password: string) =>
      (await ask('POST', '/brews/password', { payload: { password }, ...(sub && { headers: await bearer({ sub }) }) }))
        .status;
    const [an, binh] = [USER, ID];
    expect([await guess(an, 'no'), await guess(an, 'no'), await guess(an, 'right')]).toEqual([401, 401, 429]);
    expect(await guess(binh, 'right')).toBe(200);
    for (let n = 0; n < 5; n += 1) expect(await guess(undefined, 'no')).toBe(401); // without a token, the guess is refused and does not count
    expect(await guess(binh, 'right')).toBe(200);
  });

  it('do not count a log-in that the client cuts off', async () => {
    app = await demoShop({ rateLimitLogin: 1 });
    await app.listen(0, '127.0.0.1');
    const cut = new AbortController();
    const whenBegun = Slow.whenBegun();
    const { port } = app.getHttpServer().address() as { port: number };
    const logIn = (password: string, signal?: AbortSignal) =>
      fetch(`http://127.0.0.1:${port}/api/v1/brews/log-in`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'a@x.vn', password }),
        ...(signal && { signal }),
      });
    const left = logIn('slow', cut.signal).catch(() => 'left');
    await whenBegun;
    cut.abort();
    expect(await left).toBe('left');
    // The next attempt is allowed to run while the cut-off log-in still runs.
    expect((await logIn('right')).status).toBe(200);
    Slow.finish();
    expect((await logIn('right')).status).toBe(200);
  });

  it('count parallel guesses', async () => {
    app = await demoShop({ rateLimitLogin: 2 });
    const guesses = await Promise.all(
      Array.from({ length: 8 }, () => ask('POST', '/brews/log-in', { payload: { email: 'a@x.vn', password: 'no' } })),
    );
    expect(guesses.filter(({ status }) => status === 401)).toHaveLength(2);
  });

  it('allow a few registrations for one address', async () => {
    app = await demoShop({ rateLimitRegister: 2 });
    const statuses = [];
    for (let n = 0; n < 3; n += 1) statuses.push((await ask('POST', '/brews/register')).status);
    expect(statuses).toEqual([201, 201, 429]);
  });

  it('do not apply if they are set to 0', async () => {
    app = await demoShop();
    const { status, headers } = await ask('GET', '/brews/whoever');
    expect([status, headers['ratelimit-limit']]).toEqual([200, undefined]);
  });

  it('refuse callers, but not health probes, while the event loop is late', async () => {
    app = await demoShop({ isLate: () => true });
    const { status, headers, body } = await ask('GET', '/brews/free');
    expect([status, headers['retry-after'], body.error.code]).toEqual([503, '1', 'OVERLOADED']);
    expect((await ask('GET', '/health/live')).status).toBe(200);
  });
});
