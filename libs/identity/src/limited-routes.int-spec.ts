import { randomUUID } from 'node:crypto';
import { OrderingAccounts } from '#contracts/ordering';
import { LimitedRoutes } from '#platform/security';
import { openContext, type OpenContext } from '../../../test/support/open-context';
import { IdentityModule } from './identity.module';

jest.setTimeout(60_000);

interface Person {
  readonly email: string;
  readonly address: string;
  token: string;
}

let open: OpenContext;
beforeAll(async () => {
  // The customer has an open order, so even the right password does not erase the account.
  const books = { close: async () => ({ outcome: 'open', orders: [] }) };
  open = await openContext([IdentityModule], ['identity'], [{ provide: OrderingAccounts, useValue: books }]);
}, 120_000);
afterAll(() => open?.close());

const password = 'a-long-Password-1';

async function ask(who: Person, method: 'POST' | 'DELETE', path: string, body: object, isSignedIn = false) {
  const reply = await open.app.inject({
    ...{ method, url: `/api/v1${path}`, payload: body, remoteAddress: who.address },
    ...(isSignedIn && { headers: { authorization: `Bearer ${who.token}` } }),
  });
  return { status: reply.statusCode, body: JSON.parse(reply.body) };
}

let people = 0;
async function somebody(): Promise<Person> {
  people += 1;
  const email = `${randomUUID()}@example.com`;
  const person = { email, address: `198.51.${people}.7`, token: '' };
  await ask(person, 'POST', '/auth/register', { email, password, name: 'Bình' });
  const { body } = await ask(person, 'POST', '/auth/login', { email, password });
  person.token = body.data.accessToken;
  return person;
}

/** For each route: how one person uses up the limit, and how another person uses the same route correctly. */
const uses: Record<string, { useUp: (who: Person) => Promise<number>; use: (who: Person) => Promise<number> }> = {
  'LogInController.logIn': {
    useUp: async (who) => (await ask(who, 'POST', '/auth/login', { email: who.email, password: 'wrong' })).status,
    use: async (who) => (await ask(who, 'POST', '/auth/login', { email: who.email, password })).status,
  },
  'RegisterController.register': {
    useUp: async (who) =>
      (await ask(who, 'POST', '/auth/register', { email: who.email, password, name: 'Bình' })).status,
    use: async (who) =>
      (await ask(who, 'POST', '/auth/register', { email: `${randomUUID()}@example.com`, password, name: 'An' })).status,
  },
  'EraseMeController.erase': {
    useUp: async (who) => (await ask(who, 'DELETE', '/users/me', { password: 'wrong' }, true)).status,
    use: async (who) => (await ask(who, 'DELETE', '/users/me', { password }, true)).status,
  },
};

describe('The strict limits', () => {
  it('never count the requests of two people together, on any limited route', async () => {
    const routes = open.app.get(LimitedRoutes, { strict: false }).all();
    const names = routes.map(({ controller, name }) => `${controller.name}.${name}`);
    expect(names.sort()).toEqual(Object.keys(uses).sort());
    for (const name of names) {
      const [attacker, other] = [await somebody(), await somebody()];
      const statuses: number[] = [];
      for (let n = 0; n < 7; n += 1) statuses.push(await uses[name].useUp(attacker));
      expect([name, statuses.at(-1)]).toEqual([name, 429]);
      const status = await uses[name].use(other);
      expect([name, [401, 429].includes(status)]).toEqual([name, false]);
    }
  });

  it('for guests do not affect log-ins and sessions of people with the same IP address', async () => {
    const limited = await openContext([IdentityModule], ['identity'], [{ provide: OrderingAccounts, useValue: {} }], {
      RATE_LIMIT_API: '3',
    });
    try {
      const from = { remoteAddress: '198.51.100.9' };
      const send = async (url: string, payload: object) =>
        (await limited.app.inject({ method: 'POST', url: `/api/v1/auth/${url}`, payload, ...from })).statusCode;
      const staff = { email: 'staff@example.com', password, name: 'Bình' };
      expect(await send('register', staff)).toBe(201);
      const guestStatuses: number[] = [];
      for (let n = 0; n < 5; n += 1) guestStatuses.push(await send('login', { email: 'an@example.com' }));
      expect(guestStatuses.at(-1)).toBe(429);
      const anonymousStatuses: number[] = [];
      const anonymous = { method: 'DELETE', url: '/api/v1/users/me', payload: { password }, ...from } as const;
      for (let n = 0; n < 5; n += 1) anonymousStatuses.push((await limited.app.inject(anonymous)).statusCode);
      expect(anonymousStatuses.at(-1)).toBe(429);
      expect(await send('login', { email: staff.email, password })).toBe(200);
      const refreshToken = 'one-that-nobody-issued';
      expect([await send('refresh', { refreshToken }), await send('logout', { refreshToken })]).toEqual([401, 200]);
    } finally {
      await limited.close();
    }
  });

  it('do not count a request without an account, because all such requests would share one counter', async () => {
    const person = await somebody();
    for (let n = 0; n < 12; n += 1) await ask(person, 'POST', '/auth/login', { password: 'wrong' });
    expect(await uses['LogInController.logIn'].use(person)).toBe(200);
  });
});
