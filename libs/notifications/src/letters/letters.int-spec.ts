import { derivedId, type Uuid } from '#kernel';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { Letters } from './letters.store';

describe('The mailbox', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.drop());

  it('shows every letter exactly once over all pages, also letters of the same millisecond', async () => {
    await database.admin(
      `insert into notifications.letters (id, order_id, event, channel, locale, recipient, recipient_key, content, sent_at)
       select gen_random_uuid(), gen_random_uuid(), 'order-confirmed', 'email', 'vi', '{}', 'an', '{}',
              '2026-11-20 09:00:00.100100+00'::timestamptz + n * interval '37 microseconds'
         from generate_series(0, 99) n`,
    );
    const letters = new Letters(database.of('notifications'));
    const seen: Uuid[] = [];
    for (let before: { at: string; id: Uuid } | undefined; ;) {
      const page = await letters.list(undefined, before, 7);
      seen.push(...page.map(({ id }) => id));
      const last = page.at(-1);
      if (!last) break;
      before = { at: last.sentAt.toISOString(), id: last.id }; // the content of a cursor
    }
    expect(new Set(seen).size).toBe(100);
    expect(seen).toHaveLength(100);
  });

  it('stores a letter once, also if it is written again', async () => {
    const letters = new Letters(database.of('notifications'));
    const orderId = derivedId('0192d1a4-7c00-7000-8000-000000000001', 'order');
    const letter = {
      id: derivedId(orderId, 'letter'),
      orderId,
      locale: 'vi',
      recipient: {},
      content: { event: 'order-confirmed' },
    } as never;
    const written = await Promise.all(Array.from({ length: 5 }, () => letters.write(letter, 'binh', false)));
    expect(written.filter(Boolean)).toHaveLength(1);
    expect(await letters.list(['binh'], undefined, 10)).toHaveLength(1);
  });
});
