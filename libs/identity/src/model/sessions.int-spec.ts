import type { Config } from '#platform/config';
import type { PgDatabase } from '#database';
import { SystemIds } from '#platform/system';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { Tokens } from '../log-in/tokens.adapter';
import { Refresh, RefreshHandler } from '../refresh/refresh.command';
import { Account } from './account.entity';
import { Accounts } from './accounts.store';
import { RefreshTokenExpired } from './identity-errors';
import { sessionEnd } from './session-end.config';
import { Sessions } from './sessions.store';

const ids = new SystemIds();
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const config = {
  accessTokenTtlSeconds: 900,
  refreshTokenTtlSeconds: 7 * 86_400,
  sessionSecondsCustomer: 90 * 86_400,
  sessionSecondsStaff: 12 * 3_600,
} as Config;

let test: TestDatabase;
let db: PgDatabase;
let sessions: Sessions;
let now = new Date();

beforeAll(async () => {
  test = await testDatabase();
  db = test.of('identity');
  await db.use([Account]);
  sessions = new Sessions(db);
});
afterAll(() => test.drop());
beforeEach(() => (now = new Date()));

const clock = { now: () => now };
const lifetimes: number[] = [];
const none = undefined as never;
const tokens = Object.assign(new Tokens(none, config, clock as never, clock as never, ids, none), {
  access: async (_holder: unknown, _session: string, lifetime: number) => String(lifetimes.push(lifetime)),
});
const refresh = (token: string) => new RefreshHandler(db, sessions, tokens, clock, config).execute(new Refresh(token));

async function openSession(role: Account['role']): Promise<{ id: string; token: string }> {
  const account = { id: ids.next(), email: `${ids.next()}@example.com`, passwordHash: 'none', role };
  await new Accounts(db).add({ ...account, name: 'Bình', locale: 'vi', createdAt: now });
  const { token, hash, expiresAt } = tokens.refresh();
  const id = ids.next();
  const endsAt = sessionEnd(role, now, config);
  await sessions.open({ id, account, userAgent: null, tokenHash: hash, expiresAt, endsAt });
  return { id, token };
}

const count = async (id: string) =>
  (await db.query<{ n: number }>('select count(*)::int as n from sessions where id = $1', [id]))[0].n;

describe('A session', () => {
  it.each([
    ['customer', 6 * DAY, 90 * DAY],
    ['barista', 5 * HOUR, 12 * HOUR],
    ['admin', 5 * HOUR, 12 * HOUR],
  ] as const)('of a %s ends, even if it is refreshed often', async (role, step, end) => {
    const from = now.getTime();
    let { token } = await openSession(role);
    for (let at = step; at < end; at += step) {
      now = new Date(from + at);
      token = (await refresh(token)).refreshToken;
    }
    now = new Date(from + end);
    await expect(refresh(token)).rejects.toThrow(RefreshTokenExpired);
  });

  it('gives no access token that is valid longer than the session', async () => {
    const from = now.getTime();
    const { token } = await openSession('manager');
    now = new Date(from + 12 * HOUR - 60_000);
    expect(await refresh(token)).toMatchObject({ expiresIn: 60 });
    expect(lifetimes.at(-1)).toBe(60);
  });

  it('that an earlier build opened ends as well', async () => {
    const { id, token } = await openSession('barista');
    await db.query(`update sessions set ends_at = null, created_at = now() - interval '13 hours' where id = $1`, [id]);
    await expect(refresh(token)).rejects.toThrow(RefreshTokenExpired);
  });

  it('that is past its end is no longer open', async () => {
    const { id } = await openSession('barista');
    expect((await sessions.states([id])).get(id)?.open).toBe(true);
    await db.query(`update sessions set ends_at = now() where id = $1`, [id]);
    expect((await sessions.states([id])).get(id)?.open).toBe(false);
  });

  it('is deleted 30 days after it ended, and not before', async () => {
    const [revoked, ended, idle, recent, alive] = await Promise.all(
      Array.from({ length: 5 }, () => openSession('customer')),
    );
    const age = (id: string, sql: string) => db.query(`update sessions set ${sql} where id = $1`, [id]);
    await age(revoked.id, `revoked_at = now() - interval '31 days'`);
    await age(ended.id, `ends_at = now() - interval '31 days'`);
    await age(idle.id, `last_used_at = now() - interval '61 days', ends_at = null`);
    await db.query(`update refresh_tokens set expires_at = now() - interval '31 days' where session_id = $1`, [
      idle.id,
    ]);
    await age(recent.id, `revoked_at = now() - interval '29 days'`);
    await age(alive.id, `last_used_at = now() - interval '31 days'`);
    await sessions.prune();
    const left = await Promise.all([revoked, ended, idle, recent, alive].map(({ id }) => count(id)));
    expect(left).toEqual([0, 0, 0, 1, 1]);
  });
});
