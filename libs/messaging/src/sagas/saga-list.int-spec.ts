import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { Sagas, listSagasSql, type SagaFilter, type SagaPlace } from './saga-list.store';

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

async function everything(filter: SagaFilter, limit = 90) {
  const found: Awaited<ReturnType<Sagas['list']>> = [];
  for (let after: SagaPlace | undefined; ;) {
    const page = await sagas.list(filter, limit, after);
    found.push(...page);
    if (page.length < limit) return found;
    const { place: since, name, id } = page.at(-1)!;
    after = { since, name, id };
  }
}

describe('The list of sagas', () => {
  it('shows each once, however it is paged; what is open longest-standing first, all youngest first', async () => {
    const attention = await everything({ status: 'needs-attention' });
    expect(attention).toHaveLength(200);
    expect(new Set(attention.map(({ id }) => id)).size).toBe(200);
    expect(attention.map(({ since }) => since.getTime())).toEqual(
      attention.map(({ since }) => since.getTime()).sort((one, other) => one - other),
    );
    expect(await everything({ status: 'running' })).toHaveLength(1_000);
    const all = await everything({}, 1_700);
    expect(all.map(({ id }) => Number(id))).toEqual(Array.from({ length: 20_000 }, (_, index) => 20_000 - index));
    expect(await everything({ status: 'over' }, 5_000)).toHaveLength(18_800);
  });

  it('knows what stands still: not over, and at its step for so long', async () => {
    const stuck = await everything({ stuckFor: 2_000 });
    expect(stuck.length).toBeGreaterThan(0);
    expect(stuck.every(({ status, id }) => status !== 'over' && Number(id) >= 13_000)).toBe(true);
    expect(await everything({ stuckFor: 0 })).toHaveLength(1_200);
    expect(await everything({ stuckFor: 0, status: 'needs-attention' })).toHaveLength(200);
    expect(await everything({ stuckFor: 0, status: 'over' })).toEqual([]);
  });

  it.each<[string, SagaFilter, RegExp]>([
    ['all', {}, /processes_pkey/],
    ['what is over', { status: 'over' }, /processes_pkey/],
    ['what runs', { status: 'running' }, /processes_open/],
    ['what needs attention', { status: 'needs-attention' }, /processes_attention/],
    ['what stands still', { stuckFor: 60 }, /processes_open/],
  ])('reads an index from the right place on: %s', async (_, filter, index) => {
    for (const after of [undefined, { since: '2026-11-23 03:04:05.678901+00', name: 'checkout', id: '010000' }]) {
      const [sql, values] = listSagasSql(filter, 21, after);
      const rows = await database.of('ordering').query<{ 'QUERY PLAN': string }>(`explain ${sql}`, values);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toMatch(index);
      expect(plan).not.toMatch(/Seq Scan/);
    }
  });
});
