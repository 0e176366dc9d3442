import { randomUUID } from 'node:crypto';
import { hashOfEvent, ORIGIN, type StoredEvent } from '../../../libs/event-store/src/seals/chain';
import { canonicalColumns } from '../../../libs/event-store/src/streams/stored';
import { inTables } from '../../../libs/event-store/src/streams/table-names';
import { expectStatus, type Person } from '../../support/people';
import { orderTables } from '#ordering/model/order-tables.config';
import type { Run, Schema } from './tampering-logins';

/** The rows of a shop's database that the tests change. */
export interface Scene {
  /** One of the first orders. */
  readonly target: { readonly orderId: string; readonly position: number; readonly subject: string };
  /** The order that was placed last. `position`: the position of its first event. */
  readonly last: { readonly orderId: string; readonly position: number };
  /** An order with so many events that it has a snapshot. */
  readonly long: { readonly orderId: string };
  /** The last position of the log. */
  readonly head: number;
  /** Positions of the seals, in order. */
  readonly seals: readonly number[];
}

export interface Kind {
  readonly schema: Schema;
  tamper(run: Run, scene: Scene): Promise<void>;
  /** The tables to restore afterwards, besides those of the event store. `anew`: the shop starts on a new copy. */
  readonly undo: readonly string[] | 'anew';
  /** The order whose evidence is fetched after the change. The default is `target`. */
  readonly order?: 'target' | 'last' | 'long';
  /** What staff do with the order. Some changes are noticed only when the data is used. */
  use?(admin: Person, scene: Scene): Promise<void>;
  /** How many milliseconds the shop may take to notice the change. */
  readonly watchMs?: number;
}

const columns = inTables(canonicalColumns, orderTables);
const higherTotal = `jsonb_set(event_data, '{total,amount}', to_jsonb((event_data->'total'->>'amount')::int + 1))`;
const eventAt = (position: number) => `(select event_id from order_log where position = ${position})`;
const ofOrder = (id: string) => `order_id = '${id}'`;

const changeEvent = async (run: Run, { target }: Scene) => {
  await run(`update order_events set event_data = ${higherTotal} where id = ${eventAt(target.position)}`);
};

/** Computes the hashes again from this position to the end of the log, so that the chain is consistent. */
async function rechain(run: Run, from: number): Promise<void> {
  const rows = await run<StoredEvent & { position: number; hash: string }>(
    `select l.position, encode(l.hash, 'hex') as hash, ${columns}
     from order_log l join order_events e on e.id = l.event_id where l.position >= ${from - 1} order by l.position`,
  );
  let hash = from === 1 ? ORIGIN : rows.shift()!.hash;
  const hashes = rows.map((row) => (hash = hashOfEvent(hash, row.position, row)));
  await run(
    `update order_log l set hash = decode(n.hash, 'hex') from unnest($1::bigint[], $2::text[]) as n(position, hash)
     where l.position = n.position`,
    [rows.map(({ position }) => position), hashes],
  );
}

/** Adds an event to an existing order. Its MAC is wrong: it is copied from the event before. */
async function addForgedEvent(run: Run, orderId: string): Promise<string> {
  const id = randomUUID();
  await run(
    `insert into order_events (id, order_id, version, event_type, schema_version, event_data, metadata, "timestamp", mac)
     select '${id}', order_id, version + 1, 'OrderAccepted', 1, '{}', metadata, clock_timestamp(), mac
     from order_events where ${ofOrder(orderId)} order by version desc limit 1`,
  );
  await run(`update order_heads set version = version + 1 where ${ofOrder(orderId)}`);
  return id;
}

/** Inserts the next position for the event. If the role is not allowed to insert it, calls the sequencer's function. */
async function givePosition(run: Run, id: string): Promise<void> {
  const [end] = await run<{ position: number; hash: string }>(
    `select position, encode(hash, 'hex') as hash from order_log order by position desc limit 1`,
  );
  const [event] = await run<StoredEvent>(`select ${columns} from order_events e where id = '${id}'`);
  const hash = hashOfEvent(end.hash, end.position + 1, event);
  await run(`insert into order_log (position, event_id, hash) values ($1, $2, decode($3, 'hex'))`, [end.position + 1, id, hash]); // prettier-ignore
  if ((await run(`select from order_log where event_id = '${id}'`)).length > 0) return;
  // This is one transaction, so that the shop's sequencer does not see the event in `order_pending` first.
  await run('begin');
  const [{ seq }] = await run<{ seq: number }>(`insert into order_pending (event_id) values ('${id}') returning seq`);
  await run(`select number_events(array[$1::uuid], array[$2::text], array[$5::bigint], $3, $4, '${ORIGIN}')`, [id, hash, end.position, end.hash, seq]); // prettier-ignore
  await run('commit');
}

const cutOff = async (run: Run, from: number) => {
  for (const sql of [
    `delete from order_heads where order_id in (select order_id from order_events where id in (select event_id from order_log where position >= ${from}))`,
    `delete from order_events where id in (select event_id from order_log where position >= ${from})`,
    `delete from order_log where position >= ${from}`,
    `delete from order_seals where position >= ${from}`,
  ])
    await run(sql);
};

export const STORE = ['order_events', 'order_heads', 'order_log', 'order_seals'];
/** The tables that the test restores from the older backup: event store, checkpoints and read models. */
const backedUp = async (run: Run): Promise<string[]> => [
  ...STORE,
  'projection_checkpoints',
  ...(await run<{ relation: string }>('select relation from projection_tables order by 1')).map(
    ({ relation }) => relation,
  ),
];

const liveTable = async (run: Run, name: string): Promise<string> => {
  const sql = `select relation from projection_tables where name = '${name}' and state = 'live'`;
  return `"${(await run<{ relation: string }>(sql))[0].relation}"`;
};

const readOrder = (which: 'target' | 'long') => async (admin: Person, scene: Scene) => {
  expectStatus(200, await admin.get(`/admin/orders/${scene[which].orderId}`));
};

const ofEvents = (tamper: Kind['tamper'], more: Partial<Kind> = {}): Kind => ({
  ...{ schema: 'ordering', tamper, undo: [], ...more },
});
const ofAudit = (tamper: Kind['tamper']): Kind => ({ schema: 'audit', tamper, undo: 'anew' });
const ofKeys = (sql: (subject: string) => string): Kind => ({
  schema: 'privacy',
  tamper: async (run, { target }) => void (await run(sql(target.subject))),
  undo: 'anew', // a process reports only once for each person that it cannot read their values
  use: readOrder('target'),
});

export const kinds = {
  'an amount in an event changed': ofEvents(changeEvent, { watchMs: 30_000 }),
  'a byte changed that nobody reads': ofEvents(async (run, { target }) => {
    await run(`update order_events set metadata = metadata || '{"more": 1}' where id = ${eventAt(target.position)}`);
  }),
  'two events swapped': ofEvents(async (run, { target, last }) => {
    const [[one], [other]] = await Promise.all(
      [target.position, last.position].map((position) =>
        run<{ id: string }>(`select event_id as id from order_log where position = ${position}`),
      ),
    );
    const setEvent = (id: string, position: number) =>
      run(`update order_log set event_id = '${id}' where position = ${position}`);
    await setEvent(randomUUID(), target.position);
    await setEvent(one.id, last.position);
    await setEvent(other.id, target.position);
  }),
  'the last order cut off, with its seals': ofEvents((run, { last }) => cutOff(run, last.position), {
    order: 'last',
  }),
  'an event put in, for the shop to number': ofEvents(async (run, { target }) => {
    const id = await addForgedEvent(run, target.orderId);
    await run(`insert into order_pending (event_id) values ('${id}')`);
  }),
  'an event put in, numbered already': ofEvents(
    async (run, { target }) => givePosition(run, await addForgedEvent(run, target.orderId)),
    { undo: 'anew' },
  ),
  'an event rewritten, and all hashes from there on': ofEvents(async (run, scene) => {
    await changeEvent(run, scene);
    await rechain(run, scene.target.position);
  }),
  'the same, with the seals from there on deleted, for the shop to sign': ofEvents(async (run, scene) => {
    await changeEvent(run, scene);
    await rechain(run, scene.target.position);
    await run(`delete from order_seals where position >= ${scene.target.position}`);
  }),
  'an older backup restored': ofEvents(
    async (run) => {
      for (const table of await backedUp(run)) {
        await run(`delete from "${table}"`);
        await run(`insert into "${table}" table older."${table}"`);
      }
    },
    { undo: 'anew', order: 'last' },
  ),
  'the newest seal deleted': ofEvents(async (run, { seals }) => {
    await run(`delete from order_seals where position = ${seals.at(-1)}`);
  }),
  'a seal in the middle deleted': ofEvents(async (run, { seals, target }) => {
    await run(`delete from order_seals where position = ${seals.find((position) => position >= target.position)}`);
  }),
  'a line of the audit trail deleted': ofAudit(async (run) => {
    await run(
      `delete from entries where id = (select row_id from chain where kind = 'entry' order by position offset 3 limit 1)`,
    );
  }),
  'the newest audit lines deleted, with their places and seals': ofAudit(async (run) => {
    const [{ position }] = await run<{ position: number }>(
      'select position from seals order by position desc offset 1 limit 1',
    );
    await run(`delete from outcomes where entry_id in (select row_id from chain where position > ${position})`);
    await run(`delete from entries where id in (select row_id from chain where position > ${position})`);
    await run(`delete from chain where position > ${position}`);
    await run(`delete from seals where position > ${position}`);
  }),
  'a snapshot changed': ofEvents(
    async (run, { long }) => {
      await run(`update order_snapshots set state = state || '{"version": 1}' where ${ofOrder(long.orderId)}`);
    },
    { order: 'long', undo: ['ordering.order_snapshots'], watchMs: 70_000 },
  ),
  'a row of a read model changed': ofEvents(
    async (run, { target }) => {
      const table = await liveTable(run, 'order-view');
      await run(
        `update ${table} set view = jsonb_set(view, '{order,placed,total,amount}', '1') where ${ofOrder(target.orderId)}`,
      );
    },
    { undo: ['read models'], watchMs: 30_000 },
  ),
  'a person’s key deleted': ofKeys((subject) => `delete from subject_keys where subject = '${subject}'`),
  'a person’s key changed': ofKeys(
    (subject) => `update subject_keys set wrapped = decode(repeat('01', 61), 'hex') where subject = '${subject}'`,
  ),
  'a person’s key destroyed as if they were erased': ofKeys(
    (subject) => `update subject_keys set wrapped = null, destroyed_at = now() where subject = '${subject}'`,
  ),
} satisfies Record<string, Kind>;

export type KindName = keyof typeof kinds;
export const kindNames = Object.keys(kinds) as KindName[];
export const storeTables = STORE.map((name) => `ordering.${name}`);
