import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { Sagas, listSagasSql, type SagaFilter, type SagaCursor } from './saga-list.store';

jest.setTimeout(60_000);

let database: TestDatabase;
let sagas: Sagas;

beforeAll(async () => {
  database = await testDatabase();
  await database.admin(`
    insert into ordering.processes (name, id, definition, version, state, status, step, since)
    select case when n % 10 = 0 then 'refunds' else 'checkout' end, lpad(n::text, 6, '0'), 1, 3, '{}',
      case when n % 100 = 1 then 'needs-attention' when n % 20 = 2 then 'running' else 'over' end, 'voiding',
      now() - (n / 7) * interval '1 second'
    from generate_series(1, 20000) n`);
  await database.admin('analyze ordering.processes');
  sagas = new Sagas(database.of('ordering'));
});
afterAll(() => database.drop());

async function listAllPages(filter: SagaFilter, limit = 90) {
  const found: Awaited<ReturnType<Sagas['list']>> = [];
  for (let after: SagaCursor | undefined; ;) {
    const page = await sagas.list(filter, limit, after);
    found.push(...page);
    if (page.length < limit) return found;
    const { exactSince: since, name, id } = page.at(-1)!;
    after = { since, name, id };
  }
}

describe('The list of sagas', () => {
  it('shows each saga on one page only; open sagas are sorted by the age of their step, other lists begin with the newest saga', async () => {
    const attention = await listAllPages({ status: 'needs-attention' });
    expect(attention).toHaveLength(200);
    expect(new Set(attention.map(({ id }) => id)).size).toBe(200);
    expect(attention.map(({ since }) => since.getTime())).toEqual(
      attention.map(({ since }) => since.getTime()).sort((one, other) => one - other),
    );
    expect(await listAllPages({ status: 'running' })).toHaveLength(1_000);
    const all = await listAllPages({}, 1_700);
    expect(all.map(({ id }) => Number(id))).toEqual(Array.from({ length: 20_000 }, (_, index) => 20_000 - index));
    expect(await listAllPages({ status: 'over' }, 5_000)).toHaveLength(18_800);
  });

  it('filters sagas that are not over and have been at their step for a given time', async () => {
    const stuck = await listAllPages({ stuckFor: 2_000 });
    expect(stuck.length).toBeGreaterThan(0);
    expect(stuck.every(({ status, id }) => status !== 'over' && Number(id) >= 13_000)).toBe(true);
    expect(await listAllPages({ stuckFor: 0 })).toHaveLength(1_200);
    expect(await listAllPages({ stuckFor: 0, status: 'needs-attention' })).toHaveLength(200);
    expect(await listAllPages({ stuckFor: 0, status: 'over' })).toEqual([]);
  });

  it.each<[string, SagaFilter, RegExp]>([
    ['all sagas', {}, /processes_pkey/],
    ['sagas that are over', { status: 'over' }, /processes_pkey/],
    ['running sagas', { status: 'running' }, /processes_open/],
    ['sagas that need attention', { status: 'needs-attention' }, /processes_attention/],
    ['sagas without progress', { stuckFor: 60 }, /processes_open/],
  ])('reads an index, from the start of the page: %s', async (_, filter, index) => {
    for (const after of [undefined, { since: '2026-11-23 03:04:05.678901+00', name: 'checkout', id: '010000' }]) {
      const [sql, values] = listSagasSql(filter, 21, after);
      const rows = await database.of('ordering').query<{ 'QUERY PLAN': string }>(`explain ${sql}`, values);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toMatch(index);
      expect(plan).not.toMatch(/Seq Scan/);
    }
  });
});
