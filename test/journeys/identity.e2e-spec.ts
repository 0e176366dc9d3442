import { eventually } from '../support/eventually';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { openShop, type OpenShop } from '../support/open-shop';
import { expectStatus, logIn, register } from '../support/people';
import type { Reply } from '../support/start-shop';

jest.setTimeout(30_000);

const LIFE_SECONDS = 6;
const password = 'a-long-Password-1';
const codeOf = ({ status, body }: Reply) => [status, body.error?.code];

describe('An account', () => {
  let open: OpenShop;
  let early: { token: string; born: number };
  beforeAll(async () => {
    open = await openShop({ ACCESS_TOKEN_TTL_SECONDS: String(LIFE_SECONDS) });
    early = { born: performance.now(), token: (await register(open.shop)).token };
  }, 240_000);
  afterAll(() => open?.close());

  const sendRegistration = (email: string) =>
    open.shop.post('/auth/register', { body: { email, password, name: 'Bình' } });
  const sendLogin = (email: string, secret = password) =>
    open.shop.post('/auth/login', { body: { email, password: secret } });
  const refresh = (refreshToken: string) => open.shop.post('/auth/refresh', { body: { refreshToken } });

  it('needs an e-mail address that no other account has, in upper or lower case', async () => {
    const email = `Binh-${randomUUID()}@Example.com`;
    const joined = expectStatus(201, await sendRegistration(email)).body.data;
    expect(joined).toEqual({
      user: { id: expect.any(String), email, name: 'Bình', role: 'customer' },
      accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      refreshToken: expect.any(String),
      expiresIn: LIFE_SECONDS,
    });
    expect(codeOf(await sendRegistration(email.toLowerCase()))).toEqual([409, 'EMAIL_TAKEN']);
    expect((await logIn(open.shop, { email: email.toUpperCase(), password })).userId).toBe(joined.user.id);
    const short = await open.shop.post('/auth/register', { body: { email: 'x', password: 'short', name: '' } });
    expect(short.body.error.details.map(({ field }: { field: string }) => field).sort()).toEqual([
      'email',
      'name',
      'password',
    ]);
  });

  it('registered twice at the same moment is created once', async () => {
    const email = `${randomUUID()}@example.com`;
    const replies = await Promise.all([1, 2, 3].map(() => sendRegistration(email)));
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });

  it('is not revealed by a log-in: a wrong password and an unknown address get the same answer', async () => {
    const { email } = await register(open.shop);
    const wrong = await sendLogin(email, 'wrong');
    const unknown = await sendLogin(`${randomUUID()}@example.com`, 'wrong');
    expect(codeOf(wrong)).toEqual([401, 'CREDENTIALS_INVALID']);
    expect({ ...unknown.body.error, requestId: '' }).toEqual({ ...wrong.body.error, requestId: '' });
  });

  it('gets signed tokens that anyone can verify with the published keys', async () => {
    const an = await register(open.shop);
    const keys = createRemoteJWKSet(new URL(`${open.shop.url}/.well-known/jwks.json`));
    const { payload, protectedHeader } = await jwtVerify(an.token, keys, { algorithms: ['ES256'] });
    expect(protectedHeader).toMatchObject({ alg: 'ES256', kid: expect.any(String) });
    expect(payload).toMatchObject({
      sub: an.userId,
      userId: an.userId,
      email: an.email,
      role: 'customer',
      iss: expect.any(String),
      aud: expect.any(String),
      jti: expect.any(String),
    });
    expect(payload.exp! - payload.iat!).toBe(LIFE_SECONDS);
  });

  it('can use each refresh token once; a second use ends the session', async () => {
    const { email } = await register(open.shop);
    const first = expectStatus(200, await sendLogin(email)).body.data.refreshToken;
    const second = expectStatus(200, await refresh(first)).body.data;
    expect(second.refreshToken).not.toBe(first);
    expect((await open.shop.get('/users/me', { token: second.accessToken })).body.data.email).toBe(email);
    const third = expectStatus(200, await refresh(second.refreshToken)).body.data.refreshToken;
    expect(codeOf(await refresh(first))).toEqual([401, 'TOKEN_INVALID']);
    expect(codeOf(await refresh(third))).toEqual([401, 'TOKEN_INVALID']);
    expectStatus(200, await sendLogin(email)); // a new session has its own chain of tokens
    expect(codeOf(await refresh('made-up'))).toEqual([401, 'TOKEN_INVALID']);
  });

  it('accepts only one of two refreshes at the same moment', async () => {
    const { email } = await register(open.shop);
    const { refreshToken } = (await sendLogin(email)).body.data;
    const statuses = (await Promise.all([refresh(refreshToken), refresh(refreshToken)])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 401]);
  });

  it('has no session after the log-out', async () => {
    const { email } = await register(open.shop);
    const { refreshToken } = (await sendLogin(email)).body.data;
    for (const again of [1, 2])
      expect([again, (await open.shop.post('/auth/logout', { body: { refreshToken } })).status]).toEqual([again, 200]);
    expect(codeOf(await refresh(refreshToken))).toEqual([401, 'TOKEN_INVALID']);
    const other = (await sendLogin(email)).body.data;
    expectStatus(200, await open.shop.post('/auth/logout', { body: {}, token: other.accessToken }));
    expect(codeOf(await refresh(other.refreshToken))).toEqual([401, 'TOKEN_INVALID']);
    const token = other.accessToken;
    await eventually(async () => {
      expect(codeOf(await open.shop.get('/users/me', { token }))).toEqual([401, 'SESSION_ENDED']);
      expect(codeOf(await open.shop.get('/cart', { token }))).toEqual([401, 'SESSION_ENDED']);
      expect(codeOf(await open.shop.get('/orders', { token }))).toEqual([401, 'SESSION_ENDED']);
    }, 2_000);
    expectStatus(200, await open.shop.post('/auth/logout', { body: {}, token }));
  });

  it.each(['', 'eyJhbGciOiJub25lIn0.e30.', 'ended'])(
    'can log out or log in also with an invalid access token: %s',
    async (bad) => {
      const { email } = await register(open.shop);
      const first = (await sendLogin(email)).body.data;
      const { refreshToken, accessToken } = (await sendLogin(email)).body.data;
      if (bad === 'ended') expectStatus(200, await open.shop.post('/auth/logout', { body: {}, token: accessToken }));
      const headers = { authorization: `Bearer ${bad === 'ended' ? accessToken : bad}` };
      const logOut = (body: object) => open.shop.post('/auth/logout', { headers, body });
      expectStatus(200, await logOut({ refreshToken: first.refreshToken }));
      expect(codeOf(await refresh(first.refreshToken))).toEqual([401, 'TOKEN_INVALID']);
      if (bad !== 'ended') expect(codeOf(await logOut({}))).toEqual([401, 'TOKEN_INVALID']);
      expect(codeOf(await refresh(refreshToken))[0]).toBe(bad === 'ended' ? 401 : 200);
      expectStatus(200, await open.shop.post('/auth/login', { headers, body: { email, password } }));
      const body = { email: `${randomUUID()}@example.com`, password, name: 'An' };
      expectStatus(201, await open.shop.post('/auth/register', { headers, body }));
    },
  );

  it('has a name, a telephone, a language and addresses', async () => {
    const an = await register(open.shop);
    const me = expectStatus(200, await an.get('/users/me'));
    expect(me.body.data).toMatchObject({ id: an.userId, email: an.email, role: 'customer' });
    const changed = await an.patch('/users/me', { body: { name: 'An Nguyễn', phone: '0901 234 567', locale: 'vi' } });
    expect(expectStatus(200, changed).body.data).toMatchObject({
      name: 'An Nguyễn',
      phone: '0901 234 567',
      locale: 'vi',
    });
    const refused = await an.patch('/users/me', { body: { role: 'admin', email: 'boss@example.com' } });
    expect(codeOf(refused)).toEqual([400, 'VALIDATION_ERROR']);

    const home = { recipient: 'An', phone: '0901234567', line1: '12 Lê Lợi', city: 'TP. Hồ Chí Minh' };
    const added = expectStatus(201, await an.post('/users/me/addresses', { body: home })).body.data;
    expect(added).toMatchObject({ ...home, isDefault: true });
    const moved = await an.patch(`/users/me/addresses/${added.id}`, { body: { line1: '14 Lê Lợi' } });
    expect(expectStatus(200, moved).body.data.line1).toBe('14 Lê Lợi');
    const stranger = await register(open.shop);
    for (const attempt of [
      stranger.patch(`/users/me/addresses/${added.id}`, { body: { line1: 'x' } }),
      stranger.delete(`/users/me/addresses/${added.id}`),
    ])
      expect(codeOf(await attempt)).toEqual([404, 'NOT_FOUND']);
    expect((await stranger.get('/users/me/addresses')).body.data).toEqual([]);
    expectStatus(200, await an.delete(`/users/me/addresses/${added.id}`));
    expect((await an.get('/users/me/addresses')).body.data).toEqual([]);
  });

  it('stores no readable password or token', async () => {
    const { email } = await register(open.shop);
    const { refreshToken } = (await sendLogin(email)).body.data;
    const tables = await open.database.admin<{ t: string }>(
      `select format('%I.%I', schemaname, tablename) as t from pg_tables where schemaname = 'identity'`,
    );
    for (const { t } of tables) {
      const [row] = await open.database.admin<{ all: string | null }>(
        `select string_agg(x::text, '') as all from ${t} x`,
      );
      for (const secret of [password, refreshToken])
        expect([t, row.all?.includes(secret) ?? false]).toEqual([t, false]);
    }
    const [hash] = await open.database.admin<{ h: string }>('select password_hash as h from identity.accounts limit 1');
    expect(hash.h).toMatch(/^\$argon2id\$/);
    expect(open.shop.output()).not.toContain(password);
  });

  it('distinguishes an expired token from an invalid one', async () => {
    await pause(Math.max(0, early.born + (LIFE_SECONDS + 1.5) * 1_000 - performance.now()));
    expect(codeOf(await open.shop.get('/users/me', { token: early.token }))).toEqual([401, 'TOKEN_EXPIRED']);
    expect(codeOf(await open.shop.get('/cart', { token: early.token }))).toEqual([401, 'TOKEN_EXPIRED']);
    expect(codeOf(await open.shop.get('/users/me', { token: `${early.token}x` }))).toEqual([401, 'TOKEN_INVALID']);
  });
});
