import type { Client } from 'pg';
import { connect, type Database } from '#database';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { LowMark } from './low-mark';
import { NOTHING_SENT, markSentAndReadNext, readOutboxAge, takeFence } from './outbox.store';
import { eventually } from '../../../../test/support/eventually';
import { migrateTwoContexts } from '../testing/two-contexts';

jest.setTimeout(120_000);

const SENT = 100_000;

let database: TestDatabase;
let db: Database;
let snapshotHolder: Client;

beforeAll(async () => {
  database = await testDatabase({ empty: true });
  await migrateTwoContexts(database.url);
  db = database.of('inventory');
  await fill(SENT);
  snapshotHolder = await connect(database.url, 'snapshot holder');
  await snapshotHolder.query('begin isolation level repeatable read');
  await snapshotHolder.query('select count(*) from inventory.outbox');
  await database.admin('update inventory.outbox set sent_at = now()');
  await fill(10);
});
afterAll(async () => {
  await snapshotHolder?.end();
  await database?.drop();
});

const fill = (count: number) =>
  database.admin(
    `insert into inventory.outbox (id, type, key, body, meta)
     select gen_random_uuid(), 'inventory.nothing.v1', n::text, '{}', jsonb_build_object('occurredAt', now())
     from generate_series(1, $1::int) as n`,
    [count],
  );

interface Plan {
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
}

/** The number of blocks that a statement touches, and its duration. */
async function cost(ask: (explaining: Database) => Promise<unknown>): Promise<{ blocks: number; ms: number }> {
  let found = { blocks: 0, ms: 0 };
  const explaining = {
    context: 'inventory',
    async query({ text }: { text: string }, values: unknown[]) {
      const [row] = await db.query<{ 'QUERY PLAN': { Plan: Plan; 'Execution Time': number }[] }>(
        `explain (analyze, buffers, format json) ${text}`,
        values,
      );
      const [{ Plan: plan, 'Execution Time': ms }] = row['QUERY PLAN'];
      found = { blocks: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], ms };
      return [{ stands: true, seq: null }];
    },
  } as unknown as Database;
  await ask(explaining);
  return found;
}

describe(`Under a snapshot that was taken before ${SENT} messages were sent`, () => {
  it('the next batch and the age of the oldest message are read fast', async () => {
    const token = await takeFence(db);
    const read = (from: Database, above: number) =>
      markSentAndReadNext(from, { limit: 200, token, above, sent: NOTHING_SENT });
    const mark = new LowMark(db);
    await eventually(async () => {
      const batch = await read(db, mark.value);
      expect(batch).toHaveLength(10);
      mark.recordRead(batch[0].seq, batch[9].seq);
      await mark.updateSafe();
      expect(mark.value).toBe(SENT);
    });
    const before = await cost((explaining) => read(explaining, 0));
    const after = await cost((explaining) => read(explaining, mark.value));
    const age = await cost((explaining) => readOutboxAge(explaining, mark.value));
    process.stdout.write(
      `reading the next batch: without the mark ${describeCost(before)}, with it ${describeCost(after)}\n`,
    );
    expect(before.blocks).toBeGreaterThan(1_000);
    expect(after.blocks).toBeLessThan(50);
    expect(age.blocks).toBeLessThan(50);
  });

  it('the low mark waits for messages that are written but not yet committed', async () => {
    const token = await takeFence(db);
    const mark = new LowMark(db);
    const writer = await connect(database.url, 'writer');
    try {
      await writer.query('begin');
      await writer.query(
        `insert into inventory.outbox (id, type, key, body, meta) values (gen_random_uuid(), 'x', 'x', '{}', '{}')`,
      );
      await fill(1);
      await database.admin('update inventory.outbox set sent_at = now() where sent_at is null');
      const relayOnce = async () => {
        const batch = await markSentAndReadNext(db, { limit: 200, token, above: mark.value, sent: NOTHING_SENT });
        mark.recordRead(batch.at(0)?.seq, batch.at(-1)?.seq);
        await mark.updateSafe();
        return batch.length;
      };
      const end = performance.now() + 3_500;
      while (performance.now() < end) expect(await relayOnce()).toBe(0);
      await writer.query('commit');
      expect(await relayOnce()).toBe(1);
    } finally {
      await writer.end();
    }
  });
});

const describeCost = ({ blocks, ms }: { blocks: number; ms: number }) => `${blocks} blocks, ${ms.toFixed(2)} ms`;
