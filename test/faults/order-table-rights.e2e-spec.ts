import { contextNames } from '#platform/config';
import { BackOffice } from '../support/back-office';
import {
  inParallel,
  makeGuest,
  makeMember,
  placeOrder,
  waitForOutcome,
  productNamed,
  type Buyer,
} from '../support/buyers';
import { startShop, type RunningShop } from '../support/start-shop';
import { testDatabase, type TestDatabase } from '../support/test-database';

jest.setTimeout(60_000);

const NOTE = 'Gọi chuông nhà bên cạnh';

interface LogRow {
  readonly position: number;
  readonly id: string;
}

const columns: Readonly<Record<string, string>> = { order_events: 'version', order_seal_records: 'signature' };
const assignment = (table: string) => `${columns[table] ?? 'position'} = ${columns[table] ?? 'position'}`;

describe('The tables of the orders', () => {
  let database: TestDatabase;
  let shop: RunningShop;
  let office: BackOffice;
  let buyers: Buyer[];
  let orderId: string;
  let logRows: LogRow[];

  beforeAll(async () => {
    database = await testDatabase();
    shop = await startShop({ env: { DATABASE_URL: database.url } });
    office = await BackOffice.logIn(shop);
    const line = { variantId: (await productNamed(shop, 'ca-phe-sua-da')).variantId, quantity: 1 };
    buyers = [
      ...(await inParallel(5, (index) => makeGuest(shop, `hoa${index}`, line))),
      await makeMember(shop, 'khanh', line),
    ];
    const pays = ['tok_ok', 'tok_declined', 'tok_flaky', 'tok_ok', 'tok_late_webhook', 'tok_ok'];
    const replies = await Promise.all(
      buyers.map((buyer, index) => placeOrder(shop, buyer, { pay: pays[index], note: NOTE })),
    );
    orderId = replies[0].body.data.id;
    for (const [index, { body }] of replies.entries()) await waitForOutcome(shop, buyers[index], body.data.id);
    logRows = await database.admin<LogRow>(
      'select l.position::int, e.id from ordering.order_log l join ordering.order_events e on e.id = l.event_id order by 1',
    );
  });
  afterAll(async () => {
    await shop?.stop();
    await database?.drop();
  });

  describe('with the shop’s own roles', () => {
    it.each(
      ['order_events', 'order_log', 'order_seals', 'order_seal_records', 'order_reseals'].flatMap((table) => [
        [`update ${table} set ${assignment(table)}`],
        [`delete from ${table}`],
        [`truncate ${table}`],
      ]),
    )('refuse %s', async (sql) => {
      const before = await database.admin('select count(*) from ordering.order_events');
      await expect(database.of('ordering').query(sql)).rejects.toThrow(/permission denied|append-only/);
      // The owner of the tables cannot run these statements either. Only a superuser can, after disabling the triggers.
      await expect(
        database.admin(`begin; set local role shop_ordering_owner; set local search_path = ordering; ${sql}; commit`),
      ).rejects.toThrow(/permission denied|append-only/);
      await expect(database.admin(`begin; set local search_path = ordering; ${sql}; commit`)).rejects.toThrow(
        'append-only',
      );
      expect(await database.admin('select count(*) from ordering.order_events')).toEqual(before);
    });

    it('are in a schema that no other context can read', async () => {
      const tables = await database.admin<{ schema: string; name: string }>(
        `select schemaname as schema, tablename as name from pg_tables where schemaname = any($1::text[])`,
        [contextNames],
      );
      expect(new Set(tables.map(({ schema }) => schema))).toEqual(new Set(contextNames));
      for (const reader of contextNames) {
        const db = database.of(reader);
        const own = tables.find(({ schema, name }) => schema === reader && name !== 'migrations')!;
        await expect(db.query(`select from ${reader}.${own.name} limit 1`)).resolves.toBeDefined();
        for (const { schema, name } of tables.filter(({ schema }) => schema !== reader))
          await expect(db.query(`select from ${schema}.${name} limit 1`)).rejects.toThrow('permission denied');
      }
    });
  });

  describe('when they are verified', () => {
    const tamper = (sql: string) =>
      database.admin(`
        begin;
        alter table ordering.order_events disable trigger all;
        alter table ordering.order_log disable trigger all;
        ${sql};
        alter table ordering.order_events enable trigger order_events_append_only;
        alter table ordering.order_log enable trigger order_log_append_only;
        commit`);
    /** Makes a change, verifies the log, and undoes the change. */
    const verifyAfter = async (sql: string) => {
      await tamper(`create table public.kept_events as table ordering.order_events;
                    create table public.kept_log as table ordering.order_log; ${sql}`);
      const result = await office.verify();
      await tamper(`delete from ordering.order_events; insert into ordering.order_events table public.kept_events;
                    delete from ordering.order_log; insert into ordering.order_log table public.kept_log;
                    drop table public.kept_events, public.kept_log`);
      return result;
    };
    const middle = () => logRows[Math.floor(logRows.length / 2)];

    afterEach(async () => expect(await office.verify()).toMatchObject({ valid: true, checked: logRows.length }));

    it.each([
      ['id', 'gen_random_uuid()'],
      ['order_id', 'gen_random_uuid()'],
      ['version', 'version + 100'],
      ['event_type', `'OrderConfirmed.'`],
      ['schema_version', 'schema_version + 1'],
      ['event_data', `event_data || '{"more": 1}'`],
      ['metadata', `metadata || '{"more": 1}'`],
      ['"timestamp"', `"timestamp" + interval '1 microsecond'`],
      ['mac', 'null'],
      ['mac', `decode(repeat('00', 32), 'hex')`],
    ])('name the position where %s was changed', async (column, value) => {
      const { id, position } = middle();
      expect(
        await verifyAfter(`update ordering.order_events set ${column} = ${value} where id = '${id}'`),
      ).toMatchObject({
        valid: false,
        firstBadPosition: position,
        checked: logRows.length,
      });
    });

    it('have only the columns that the tests above change', async () => {
      const columns = await database.admin<{ name: string }>(
        `select attname as name from pg_attribute where attrelid = 'ordering.order_events'::regclass and attnum > 0 order by attnum`,
      );
      expect(columns.map(({ name }) => name)).toEqual(
        'id order_id version event_type schema_version event_data metadata timestamp mac'.split(' '),
      );
    });

    it('name the position of a deleted event, with or without its log row', async () => {
      const { id, position } = middle();
      const deletion = `delete from ordering.order_events where id = '${id}'`;
      expect(await verifyAfter(deletion)).toMatchObject({ valid: false, firstBadPosition: position });
      expect(
        await verifyAfter(`${deletion}; delete from ordering.order_log where position = ${position}`),
      ).toMatchObject({
        valid: false,
        firstBadPosition: position,
      });
    });

    it('name the first position of two exchanged events', async () => {
      const [one, other] = [logRows[3], logRows[logRows.length - 2]];
      const swap = (ids: string) => `update ordering.order_log set event_id = case event_id
        when '${one.id}' then '${other.id}'::uuid else '${one.id}'::uuid end where event_id in (${ids})`;
      // the unique key on event_id prevents an exchange in one update
      const sql = `alter table ordering.order_log drop constraint order_log_event_id_key;
        ${swap(`'${one.id}', '${other.id}'`)};
        alter table ordering.order_log add constraint order_log_event_id_key unique (event_id)`;
      expect(await verifyAfter(sql)).toMatchObject({ valid: false, firstBadPosition: one.position });
    });
  });

  it('have messages without readable personal data', async () => {
    const tables = await database.admin<{ table: string }>(
      `select format('%I.%I', schemaname, tablename) as table from pg_tables
        where schemaname = any($1::text[]) and (schemaname in ('ordering', 'payments', 'sandbox')
          or tablename in ('outbox', 'inbox', 'timers') or tablename ~ 'process|journal')`,
      [contextNames],
    );
    const dumps: string[] = [];
    for (const { table } of tables) {
      const rows = await database.admin<{ row: string }>(`select t::text as row from ${table} t`);
      dumps.push(...rows.map(({ row }) => `${table} ${row}`));
    }
    for (const table of ['ordering.order_events', 'ordering.outbox', 'inventory.inbox', 'payments.inbox'])
      expect(dumps.some((row) => row.startsWith(`${table} `) && row.includes(orderId))).toBe(true);
    for (const { name, email, phone, address } of buyers)
      for (const secret of [name, email, phone, address, NOTE])
        expect(dumps.filter((row) => row.toLowerCase().includes(secret.toLowerCase()))).toEqual([]);
  });
});
