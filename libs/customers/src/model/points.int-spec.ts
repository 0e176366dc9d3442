import type { Uuid } from '#kernel';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { Points } from './points.store';

describe('The points ledger', () => {
  const customer = '0192d1a4-7c00-7000-8000-000000000001';
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.drop());

  it('shows every entry exactly once over all pages, also entries of the same millisecond', async () => {
    await database.admin(
      `insert into customers.points_entries (id, customer_id, order_id, points, reason, at)
       select gen_random_uuid(), $1, gen_random_uuid(), 1, 'order-confirmed',
              '2026-11-20 09:00:00.100100+00'::timestamptz + n * interval '37 microseconds'
         from generate_series(0, 99) n`,
      [customer],
    );
    const points = new Points(database.of('customers'));
    const seen: Uuid[] = [];
    for (let before: { at: string; id: Uuid } | undefined; ;) {
      const page = await points.entries(customer, before, 7);
      seen.push(...page.map(({ id }) => id));
      const last = page.at(-1);
      if (!last) break;
      before = { at: last.at.toISOString(), id: last.id }; // the content of a cursor
    }
    expect(seen).toHaveLength(100);
    expect(new Set(seen).size).toBe(100);
  });
});
