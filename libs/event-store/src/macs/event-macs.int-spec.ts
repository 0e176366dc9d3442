import { Logger } from '@nestjs/common';
import type { QueryRunner } from 'typeorm';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { counted, VOIDING } from '#kernel';
import { MacKey } from '#platform/macs';
import { eventually } from '../../../../test/support/eventually';
import { chained, ORIGIN, type StoredEvent } from '../seals/chain';
import { eventMac } from './event-mac';
import { closeLog, readFirstFormat, doOlderEventsWait, isOlderBuildAlive } from './event-macs.store';
import { MacExceptions1799000000710 } from '../../../../migrations/ordering/1799000000710-mac-exceptions';
import { readLogEnd, LogMoved, numberEvents, readPending } from '../sequencer/pending';
import { OUT_OF_TURN } from '../sequencer/out-of-turn';
import { requeueAside } from '../sequencer/unnumbered.store';
import { insertSeal } from '../seals/seals.store';
import { MacGate } from './mac-gate';
import { Sealer } from '../seals/sealer';
import { SealAnchor } from '../seals/seal-anchor';
import { SealChain } from '../seals/seal-chain';
import { Sequencer } from '../sequencer/sequencer';
import { EVENT_MAC_KEY, happening, ids, key, macKey, storeOn, voiding } from '../testing/store';
import { SystemClock } from '#platform/system';
import { canonicalJson } from '#platform/canonical';
import type { StreamDatabase } from '../streams/stream-database';
import { streamsIn } from '../testing/tables';

let test: TestDatabase;
let db: StreamDatabase;

beforeEach(async () => {
  test = await testDatabase();
  db = streamsIn(test.of('ordering'));
});
afterEach(() => test.drop());

const numbered = async ({ sequencer }: ReturnType<typeof storeOn>) => {
  const run = await sequencer.begin();
  while ((await run()) > 0);
};

/** As somebody who writes to the database as the shop's own role does it, without the key. */
const forge = async (order: string, data: object, mac: string | null = null, type = 'Ended'): Promise<string> => {
  const [row] = await db.query<{ id: string }>(
    `with head as (update order_heads set version = version + 1 where order_id = $1 returning version),
     event as (
       insert into order_events (id, order_id, version, event_type, schema_version, event_data, metadata, "timestamp", mac)
       select gen_random_uuid(), $1, version, $4, 1, $2, '{}', now(), decode($3, 'hex') from head returning id)
     insert into order_pending (event_id) select id from event returning event_id as id`,
    [order, JSON.stringify(data), mac, type],
  );
  return row.id;
};

const unguarded = (sql: string) =>
  test.admin(`do $$ begin set local session_replication_role = replica; ${sql}; end $$`);

/** Numbers the first event that waits, or as it is told to, as the role can by itself. */
async function byHand(other: { id?: string; hash?: string } = {}): Promise<void> {
  const end = (await readLogEnd(db)) ?? { position: 0, hash: ORIGIN };
  const [event] = (await readPending(db, { above: 0, missing: [] })).events;
  const hash = chained(end.hash, end.position + 1, event);
  await numberEvents(db, end, [{ position: end.position + 1, hash, id: event.id, seq: event.seq, ...other }]);
}

/** An instance registers: also one that only pretends to be of an older build can do that. */
const registered = async (): Promise<void> => {
  await db.query(`insert into instances (id, number, build, hears, databases) values (gen_random_uuid(), 77, 'older', '[]', '{}')`); // prettier-ignore
};

/** What the migration does, on a database that it finds like this. */
async function migrated(): Promise<void> {
  const sql: string[] = [];
  const note = (one: string) => Promise.resolve(void sql.push(one));
  await new MacExceptions1799000000710().up({ query: note } as unknown as QueryRunner);
  await test.admin(`drop table ordering.order_mac_exceptions; drop function ordering.sign_mac_exceptions;
    alter table ordering.order_pending drop constraint order_pending_seq_given;
    grant insert on ordering.order_log, ordering.order_pending to shop_ordering`);
  await test.admin(`set role shop_ordering_owner; set search_path = ordering, pg_temp; ${sql.join(';\n')}`);
}

const olderBuild = async () => {
  await registered();
  await migrated();
};

describe('The MAC of an event', () => {
  it('fits what the database gives back, however it spells it', async () => {
    const made = storeOn(db);
    const odd = [
      { z: 1, a: { y: [1.5, 1e21, 1e-7, 123456789012345680000, -0, 0.1 + 0.2], b: null, c: [] }, '': '' },
      { text: 'cà phê sữa đá ☕ " \\ \n \u0001 \u2028', khóa: true, ['__proto__' + 'x']: {} },
      { nothing: undefined, at: new Date(0), list: [undefined, null] },
    ];
    await made.store.append(happening(ids.next(), 0, odd));
    for (const one of odd) await made.store.append(happening(ids.next(), 0, [one]));
    await Promise.all(odd.map((one) => made.store.append(happening(ids.next().toUpperCase(), 0, [one]))));
    await Promise.all(Array.from({ length: 40 }, (_, n) => made.store.append(happening(ids.next(), 0, [{ n }]))));
    await numbered(made);
    expect(await made.store.head()).toBe(49);
    expect(await made.store.verify()).toMatchObject({
      ok: true,
      events: 49,
      waiting: 0,
      firstFormatThrough: 0,
      admitted: 0,
    });
  });

  it.each([
    ['without one', null],
    ['with one of somebody else', new MacKey(Buffer.alloc(32, 9).toString('base64')).of('x').toString('hex')],
  ])('is asked for: an event %s gets no position, and the others do', async (_, mac) => {
    const made = storeOn(db);
    const [order, other] = [ids.next(), ids.next()];
    await made.store.append(happening(order, 0));
    const forged = await forge(order, { collected: 777_000 }, mac);
    await made.store.append(happening(other, 0));
    await numbered(made);
    expect(await made.store.head()).toBe(2);
    expect((await made.store.readLog(0, 10)).map(({ id }) => id)).not.toContain(forged);
    expect(await made.store.unnumbered(order)).toMatchObject([
      { eventId: forged, version: 2, error: expect.stringContaining('not appended by this shop') },
    ]);
  });

  it('is asked for once more when one row after the other is looked at', async () => {
    const made = storeOn(db);
    const [order, other, odd] = [ids.next(), ids.next(), ids.next()];
    for (const id of [odd, order]) await made.store.append(happening(id, 0));
    await forge(order, {});
    await made.store.append(happening(other, 0));
    await unguarded(`update ordering.order_events set "timestamp" = 'infinity' where order_id = '${odd}'`);
    await expect(numbered(made)).rejects.toThrow();
    await numbered(made);
    expect((await made.store.readLog(0, 10)).map(({ streamId }) => streamId)).toEqual([order, other]);
    expect((await made.store.unnumbered()).map(({ orderId }) => orderId).sort()).toEqual([odd, order].sort());
  });

  it('is missing in what is nested deeper than anybody can spell, and that stops nobody', async () => {
    const made = storeOn(db);
    const [order, other] = [ids.next(), ids.next()];
    await made.store.append(happening(order, 0));
    const deep = 5_000;
    const [{ id }] = await db.query<{ id: string }>(
      `with head as (update order_heads set version = 2 where order_id = $1 returning version),
       event as (
         insert into order_events (id, order_id, version, event_type, schema_version, event_data, metadata, "timestamp", mac)
         select gen_random_uuid(), $1, version, 'Ended', 1, (repeat('[', ${deep}) || repeat(']', ${deep}))::jsonb, '{}', now(), '\\x00'
         from head returning id)
       insert into order_pending (event_id) select id from event returning event_id as id`,
      [order],
    );
    await made.store.append(happening(other, 0));
    await numbered(made);
    expect((await made.store.readLog(0, 10)).map(({ streamId }) => streamId)).toEqual([order, other]);
    expect((await made.store.unnumbered()).map(({ eventId }) => eventId)).toEqual([id]);
  });

  it('is asked for of what declares an event void as well', async () => {
    const made = storeOn(db);
    const order = ids.next();
    await made.store.append(happening(order, 0));
    const forged = await forge(order, {});
    await made.store.append(happening(order, 2));
    await forge(order, { version: 2 }, null, VOIDING);
    await numbered(made);
    await numbered(made);
    expect(await made.store.head()).toBe(1);
    expect((await made.store.unnumbered(order)).map(({ error }) => error !== null)).toEqual([true, false, true]);
    expect((await made.store.unnumbered(order))[0].eventId).toBe(forged);
  });

  it('belongs to its event: that of another one does not do', async () => {
    const made = storeOn(db);
    const order = ids.next();
    await made.store.append(happening(order, 0));
    const [{ mac }] = await db.query<{ mac: string }>(`select encode(mac, 'hex') as mac from order_events`);
    await forge(order, {}, mac);
    await numbered(made);
    expect(await made.store.head()).toBe(1);
  });

  it('is checked when the log is verified', async () => {
    const made = storeOn(db);
    for (let n = 0; n < 3; n++) await made.store.append(happening(ids.next(), 0));
    await numbered(made);
    await unguarded(`update ordering.order_events set mac = '\\x00' where id =
      (select event_id from ordering.order_log where position = 2)`);
    expect(await made.store.verify()).toMatchObject({ ok: false, finding: 'forged', position: 2 });
    await unguarded(`update ordering.order_events set mac = null where id =
      (select event_id from ordering.order_log where position = 2)`);
    expect(await made.store.verify()).toMatchObject({ ok: false, finding: 'forged', position: 2 });
  });

  it('may be of a former key', async () => {
    const made = storeOn(db);
    await made.store.append(happening(ids.next(), 0));
    const [mine, former] = [Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(32, 8).toString('base64')];
    const gate = new MacGate(db, new MacKey(mine, [former]));
    const signals = (made.sequencer as unknown as { signals: ConstructorParameters<typeof Sequencer>[2] }).signals;
    const peers = { leads: () => true } as unknown as ConstructorParameters<typeof Sequencer>[1];
    const changed = new Sequencer(
      db,
      peers,
      signals,
      new Sealer(new SealChain(db, key, new SealAnchor(), new SystemClock(), gate)),
      gate,
    );
    expect(await (await changed.begin())()).toBe(1);
  });
});

describe('An event that was put aside for its MAC', () => {
  const inTenSeconds = async <T>(work: () => Promise<T>): Promise<T> => {
    const at = performance.now() + 10_100;
    const clock = jest.spyOn(performance, 'now').mockReturnValue(at);
    return work().finally(() => clock.mockRestore());
  };
  const secret = (byte: number) => Buffer.alloc(32, byte).toString('base64');

  it('is numbered by the leader at hand as soon as its MAC is right, with what follows of its order', async () => {
    const [knowing, made] = [storeOn(db, undefined, undefined, { eventKey: new MacKey(secret(1)) }), storeOn(db)];
    const [order, other] = [ids.next(), ids.next()];
    for (const id of [order, other]) await made.store.append(happening(id, 0));
    await knowing.store.append(happening(order, 1));
    await knowing.store.append(happening(other, 1));
    await made.store.append(happening(order, 2));
    const run = await made.sequencer.begin();
    while ((await run()) > 0);
    expect((await made.store.unnumbered(order)).map(({ error }) => error)).toEqual([
      expect.stringContaining('its MAC is wrong, or the key EVENT_MAC_KEY differs between processes'),
      null,
    ]);
    await unguarded(`update ordering.order_events e set mac = decode('${await rightMac(order, 2)}', 'hex')
      where order_id = '${order}' and version = 2`);
    expect(await run()).toBe(0);
    expect(await inTenSeconds(run)).toBe(2);
    expect((await made.store.unnumbered()).map(({ orderId }) => orderId)).toEqual([other]);
    expect(await inTenSeconds(run)).toBe(0); // the other one is looked at, and not touched
    expect(await made.store.head()).toBe(4);
  });

  it('is numbered by a process that knows the key, once it leads', async () => {
    const made = storeOn(db);
    const newer = storeOn(db, undefined, undefined, { eventKey: new MacKey(secret(1), [EVENT_MAC_KEY]) });
    await newer.store.append(happening(ids.next(), 0));
    await numbered(made);
    expect(await made.store.head()).toBe(0);
    const run = await newer.sequencer.begin();
    expect(await inTenSeconds(run)).toBe(1);
    expect(await made.store.head()).toBe(1);
  });

  const rightMac = async (order: string, version: number): Promise<string> => {
    const [event] = await db.query<StoredEvent>(
      `select e.id, e.order_id as "streamId", e.version, e.event_type as type, e.schema_version as "schemaVersion",
         e.event_data as data, e.metadata from order_events e where order_id = $1 and version = $2`,
      [order, version],
    );
    return eventMac(macKey, event, event.data, canonicalJson(event.metadata)).toString('hex');
  };
});

describe('A stream with an event that the shop did not append', () => {
  const tally = { name: 'tally', version: 1, project: (state?: { n: number }) => ({ n: (state?.n ?? 0) + 1 }) };
  const broken = expect.objectContaining({ code: 'EVENT_BROKEN', kind: 'conflict' });

  it.each([
    ['without a MAC', null],
    ['with one of somebody else', new MacKey(Buffer.alloc(32, 9).toString('base64')).of('x').toString('hex')],
  ])('decides nothing: one %s is broken, before and after it was put aside', async (_, mac) => {
    const made = storeOn(db);
    const order = ids.next();
    await made.store.append(happening(order, 0));
    await forge(order, { collected: 777_000 }, mac);
    for (let round = 0; round < 2; round++) {
      await expect(made.store.read(order)).rejects.toEqual(broken);
      await expect(made.store.fold(order, tally)).rejects.toEqual(broken);
      for (const events of [await made.store.readMarked(order), await made.store.readStored(order)])
        expect(events.map(({ unreadable }) => unreadable)).toEqual([undefined, broken]);
      await numbered(made);
    }
    await made.store.append(voiding(order, 2, 2));
    expect((await made.store.read(order)).map(({ version }) => version)).toEqual([1, 3]);
    expect(await made.store.fold(order, tally)).toMatchObject({ state: { n: 2 }, version: 3 });
    expect((await made.store.readMarked(order))[0]).not.toHaveProperty('eventMac');
  });

  it('is not believed after a snapshot either', async () => {
    const made = storeOn(db);
    const order = ids.next();
    await made.store.append(
      happening(
        order,
        0,
        Array.from({ length: 120 }, (_, n) => ({ n })),
      ),
    );
    await made.store.fold(order, tally);
    await eventually(async () => expect(await db.query('select from order_snapshots')).toHaveLength(1));
    expect(await made.store.fold(order, tally)).toEqual({ state: { n: 120 }, version: 120 });
    await forge(order, {});
    await expect(made.store.fold(order, tally)).rejects.toEqual(broken);
  });

  it('does not lose those that it is said to make void', async () => {
    const made = storeOn(db);
    const order = ids.next();
    await made.store.append(happening(order, 0, [{}, {}]));
    await forge(order, { version: 1 }, null, VOIDING);
    expect([...(await made.store.voidedOf(order))]).toEqual([]);
    expect(counted(await made.store.readMarked(order))).toHaveLength(3);
    await made.store.append(voiding(order, 3, 3));
    expect((await made.store.read(order)).map(({ version }) => version)).toEqual([1, 2, 4]);
  });

  it('is broken where somebody gave the event a position by hand', async () => {
    const made = storeOn(db);
    const order = ids.next();
    await made.store.append(happening(order, 0));
    await numbered(made);
    await forge(order, {});
    await byHand();
    await expect(made.store.read(order)).rejects.toEqual(broken);
    await expect(made.sealer.seal(2)).rejects.toThrow('position 2 was not appended by this shop');
  });
});

describe('An event of an older build', () => {
  it('is read before it has its position and afterwards', async () => {
    const made = storeOn(db);
    const order = ids.next();
    await made.store.append(happening(order, 0));
    await olderBuild();
    await forge(order, {});
    await expect(made.store.read(order)).rejects.toThrow(); // nobody has signed yet that older builds are alive
    await made.sequencer.begin();
    expect(await made.store.read(order)).toHaveLength(2);
    await numbered(made);
    await closeLog(db);
    expect(await made.store.read(order)).toHaveLength(2);
    await db.query(`insert into order_admissions select id, '\\x00' from order_events where mac is not null`);
    expect(await made.store.read(order)).toHaveLength(2);
  });

  it('is numbered while such a build is alive, and every verifying says so', async () => {
    const made = storeOn(db);
    const order = ids.next();
    await made.store.append(happening(order, 0));
    await olderBuild();
    expect(await isOlderBuildAlive(db)).toBe(true);
    const id = await forge(order, {});
    await numbered(made);
    expect(await made.store.verify()).toMatchObject({ ok: true, events: 2, admitted: 1 });
    await unguarded(`update ordering.order_admissions set mac = '\\x00' where event_id = '${id}'`);
    expect(await made.store.verify()).toMatchObject({ ok: false, finding: 'forged', position: 2 });
  });

  it('is numbered as well where it has to wait for an earlier one of its order, until such a build is gone', async () => {
    const made = storeOn(db);
    const order = ids.next();
    await made.store.append(happening(order, 0));
    await olderBuild();
    await unguarded(`update ordering.order_events set "timestamp" = 'infinity' where order_id = '${order}'`);
    await forge(order, {});
    await expect(numbered(made)).rejects.toThrow();
    await numbered(made);
    expect(await made.store.unnumbered(order)).toHaveLength(2);
    await test.admin('delete from ordering.instances');
    await closeLog(db);
    await unguarded(`update ordering.order_events set "timestamp" = now() where order_id = '${order}'`);
    await requeueAside(db);
    await numbered(made);
    expect(await made.store.verify()).toMatchObject({ ok: true, events: 2, admitted: 1 });
  });

  it('is waited for after its build has left, and none is numbered once the log is closed', async () => {
    const made = storeOn(db);
    await olderBuild();
    const order = ids.next();
    await made.store.append(happening(order, 0));
    await forge(order, {});
    await test.admin(`update ordering.instances set seen_at = now() - interval '3 minutes'`);
    expect([await isOlderBuildAlive(db), await doOlderEventsWait(db)]).toEqual([false, true]);
    await numbered(made);
    expect([await made.store.head(), await doOlderEventsWait(db)]).toEqual([2, false]);
    await closeLog(db);
    await test.admin('update ordering.instances set seen_at = now()');
    expect(await isOlderBuildAlive(db)).toBe(false);
    await forge(order, {});
    await numbered(made);
    expect(await made.store.head()).toBe(2);
  });

  it('is not numbered after a week', async () => {
    const made = storeOn(db);
    await olderBuild();
    await unguarded(`update ordering.order_mac_exceptions set until = now() - interval '1 second'`);
    const order = ids.next();
    await made.store.append(happening(order, 0));
    await forge(order, {});
    await numbered(made);
    expect(await test.admin('select from ordering.order_mac_exceptions where mac is not null')).toHaveLength(1);
    expect(await made.store.head()).toBe(1);
  });

  it.each([
    [
      'of an instance that was added later',
      `update ordering.order_mac_exceptions set instances = instances || gen_random_uuid()`,
    ],
    ['where nobody of the shop has signed', `update ordering.order_mac_exceptions set mac = '\\x00'`],
  ])('is not numbered %s', async (_, change) => {
    const made = storeOn(db);
    await olderBuild();
    const order = ids.next();
    await made.store.append(happening(order, 0));
    await numbered(made);
    await unguarded(change);
    await forge(order, {});
    await numbered(made);
    expect(await made.store.head()).toBe(1);
  });

  it('is not numbered because a role says that it is alive: no older build was there when MACs came', async () => {
    const made = storeOn(db);
    const order = ids.next();
    await made.store.append(happening(order, 0));
    await registered();
    await db.query('delete from order_mac_instances');
    expect(await isOlderBuildAlive(db)).toBe(false);
    await forge(order, {});
    await numbered(made);
    expect(await made.store.head()).toBe(1);
    await migrated(); // the same when the log was closed before this migration came
    expect(await db.query('select from order_mac_exceptions')).toHaveLength(1);
  });

  it('is not numbered for a number that it takes in the queue', async () => {
    const made = storeOn(db);
    const order = ids.next();
    await made.store.append(happening(order, 0));
    await numbered(made);
    await unguarded('update ordering.order_event_formats set mac = null, drawn = 1000');
    const forged = await forge(order, {});
    await numbered(made);
    expect(await made.store.head()).toBe(1);
    await expect(
      db.query('insert into order_pending (seq, event_id) overriding system value values (7, $1)', [forged]),
    ).rejects.toMatchObject({ code: '42501' });
  });
});

describe('The queue', () => {
  it('has no numbers below 1, and those of before are put aside and looked at', async () => {
    const made = storeOn(db);
    const order = ids.next();
    await made.store.append(happening(order, 0));
    const [{ id }] = await db.query<{ id: string }>('delete from order_pending returning event_id as id');
    const queued = (seq: number) =>
      test.admin('insert into ordering.order_pending (seq, event_id) overriding system value values ($1, $2)', [
        seq,
        id,
      ]);
    await test.admin(`alter table ordering.order_pending drop constraint order_pending_seq_given,
      add constraint order_pending_seq_given check (true)`);
    await queued(-5);
    await migrated();
    expect(await made.store.unnumbered(order)).toMatchObject([
      { error: expect.stringContaining('number in the queue') },
    ]);
    await requeueAside(db);
    await numbered(made);
    expect(await made.store.verify()).toMatchObject({ ok: true, events: 1, waiting: 0 });
    await expect(queued(0)).rejects.toMatchObject({ code: '23514' });
  });
});

describe('Events of before there were MACs', () => {
  /** As the migration finds them: three with a position, one that waits for its own. */
  const before = async () => {
    const made = storeOn(db);
    for (let n = 0; n < 3; n++) await made.store.append(happening(ids.next(), 0));
    await numbered(made);
    await made.store.append(happening(ids.next(), 0));
    await unguarded(`update ordering.order_events set mac = null;
      update ordering.order_event_formats set mac = null, through = 3, drawn = (select max(seq) from ordering.order_pending)`);
    await migrated();
    return made;
  };

  it('stay good up to a position that the shop signs', async () => {
    const made = await before();
    await numbered(made);
    await made.store.append(happening(ids.next(), 0));
    await numbered(made);
    expect((await readFirstFormat(db))!.mac).toMatch(/^[0-9a-f]{64}$/);
    expect(await made.store.verify()).toMatchObject({ ok: true, events: 5, firstFormatThrough: 3, admitted: 1 });
    for (const { streamId } of await made.store.readLog(0, 5)) {
      expect(await made.store.read(streamId)).toHaveLength(1);
      expect(await made.store.fold(streamId, { name: 'one', version: 1, project: () => ({}) })).toMatchObject({ version: 1 }); // prettier-ignore
    }
    await unguarded('update ordering.order_events set mac = null');
    const [last] = await made.store.readLog(4, 1);
    await expect(made.store.read(last.streamId)).rejects.toMatchObject({ code: 'EVENT_BROKEN' });
  });

  it('cannot be said to reach further', async () => {
    const made = await before();
    await numbered(made);
    await unguarded('update ordering.order_event_formats set through = 100');
    expect(await made.store.verify()).toMatchObject({ ok: false, finding: 'forged', position: null });
    await unguarded('update ordering.order_event_formats set mac = null');
    await made.store.append(happening(ids.next(), 0));
    await numbered(made); // it signs no mark that lies behind events of today
    expect(await made.store.verify()).toMatchObject({ ok: false, finding: 'forged', position: null });
    await unguarded('delete from ordering.order_event_formats');
    expect(await made.store.verify()).toMatchObject({ ok: false, finding: 'forged', position: null });
  });
});

describe('Sealing', () => {
  const forged = `update ordering.order_events set mac = null where id = (
    select event_id from ordering.order_log where position = 2)`;
  const three = async () => {
    const made = storeOn(db);
    for (let n = 0; n < 3; n++) await made.store.append(happening(ids.next(), 0));
    return made;
  };

  it('looks at events that another process has numbered', async () => {
    await numbered(await three());
    await unguarded(forged);
    const next = storeOn(db);
    await next.sequencer.begin();
    await expect(next.sealer.seal(3)).rejects.toThrow('position 2');
    expect(await db.query('select from order_seals')).toEqual([]);
  });

  it.each([
    [
      'a hash that does not follow',
      `update ordering.order_log set hash = decode(repeat('0f', 32), 'hex') where position = 3`,
    ],
    ['a position without an event', `update ordering.order_log set event_id = gen_random_uuid() where position = 3`],
  ])('refuses %s, and the sequencer that finds it at the end says so', async (_, sql) => {
    await numbered(await three());
    await unguarded(sql);
    const next = storeOn(db);
    const told = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    await next.sequencer.begin();
    expect(told.mock.calls).toContainEqual([
      expect.stringMatching(/^numbering goes on after position 3, .*position 3/),
    ]);
    told.mockRestore();
    await expect(next.sealer.seal(3)).rejects.toMatchObject({ code: 'LOG_TAMPERED' });
    expect(next.seals.trouble).toContain('position 3');
    expect(await db.query('select from order_seals')).toEqual([]);
    await next.sealer.seal(2);
    await expect(next.sealer.seal(3)).rejects.toThrow('position 3');
  });

  it('looks at each page of what another process has numbered', async () => {
    const made = storeOn(db);
    await made.store.append(
      happening(
        ids.next(),
        0,
        Array.from({ length: 600 }, (_, n) => ({ n })),
      ),
    );
    await numbered(made);
    const next = storeOn(db);
    await next.sealer.seal(600);
    expect(await next.store.verify()).toMatchObject({ ok: true, sealedThrough: 600 });
  });

  it('compares those of its own with what it has numbered', async () => {
    const made = await three();
    await numbered(made);
    await unguarded(`update ordering.order_log set hash = decode(repeat('0f', 32), 'hex') where position = 2`);
    await expect(made.sealer.seal(3)).rejects.toThrow('position 2');
    expect(await db.query('select from order_seals')).toEqual([]);
  });
});

describe('The log', () => {
  it('is written through its functions only', async () => {
    const made = storeOn(db);
    await made.store.append(happening(ids.next(), 0));
    await closeLog(db);
    await closeLog(db);
    for (const sql of [
      `insert into order_log (position, event_id, hash) values (101, gen_random_uuid(), decode(repeat('00', 32), 'hex'))`,
      `insert into order_seals (position, after, root, hash, key_id, signature, sealed_at)
       values (9, 0, '', '', '', '', now())`,
      `insert into order_reseals (record, position, after, root, hash, key_id, signature, sealed_at)
       values (1, 9, 0, '', '', '', '', now())`,
      'delete from order_heads',
      `insert into order_event_formats (format, through, drawn) values (2, 9, 9)`,
      `update order_event_formats set through = 9`,
      `insert into order_mac_exceptions (instances, events, until) values ('{}', '{}', now())`,
      'update order_mac_exceptions set closed_at = null',
      'delete from order_mac_exceptions',
      `delete from order_admissions`,
    ])
      await expect(db.query(sql)).rejects.toMatchObject({ code: '42501' });
    await numbered(made);
    await made.sealer.seal(1);
    expect(await made.store.verify()).toMatchObject({ ok: true, events: 1, sealedThrough: 1 });
  });

  it('takes the next position and no other, and a seal that fits it', async () => {
    const made = storeOn(db);
    await made.store.append(happening(ids.next(), 0));
    await numbered(made);
    const [{ id }] = (await made.store.append(happening(ids.next(), 0))).events;
    const row = { position: 9, hash: '0'.repeat(64), id, seq: 0 };
    await expect(numberEvents(db, { position: 8, hash: '0'.repeat(64) }, [row])).rejects.toThrow(LogMoved);
    expect(await made.store.head()).toBe(1);
    const seal = {
      position: 1,
      after: 0,
      root: '00',
      hash: '0'.repeat(64),
      keyId: 'x',
      sealedAt: new Date(),
      signature: '00',
    };
    await expect(insertSeal(db, seal, 0)).rejects.toMatchObject({ code: '23514' });
    await expect(insertSeal(db, { ...seal, position: 5 }, 0)).rejects.toMatchObject({ code: '23514' });
    await made.sealer.seal(1);
    const { hash } = (await made.store.readLog(0, 1))[0];
    expect(await insertSeal(db, { ...seal, hash: hash! }, 0)).toBe(false); // one seal follows on each
  });

  it.each<[string, RegExp, Parameters<typeof byHand>[0]]>([
    ['is not there', /of them wait/, { id: '00000000-0000-4000-8000-000000000001' }],
    ['has another hash', /its hash is not the one that follows/, { hash: 'cd'.repeat(32) }],
  ])('gives no position to an event that %s', async (_, message, other) => {
    const made = storeOn(db);
    await made.store.append(happening(ids.next(), 0));
    await expect(byHand(other)).rejects.toMatchObject({ code: '23514', message: expect.stringMatching(message) });
    await numbered(made);
    expect(await made.store.verify()).toMatchObject({ ok: true, events: 1, waiting: 0 });
  });

  it('gives a position only to what waits for one, and to each event after those before it of its order', async () => {
    const made = storeOn(db);
    const order = ids.next();
    for (let version = 0; version < 3; version++) await made.store.append(happening(order, version));
    await db.query('delete from order_pending where seq = (select min(seq) from order_pending)');
    await expect(byHand()).rejects.toThrow(OUT_OF_TURN);
    const [first] = await made.store.read(order);
    await expect(byHand({ id: first.id })).rejects.toThrow('of them wait');
    await db.query('insert into order_pending (event_id) values ($1)', [first.id]);
    await numbered(made);
    expect((await made.store.readLog(0, 9)).map(({ version }) => version)).toEqual([1, 2, 3]);
  });

  it('computes the same hash in the database as the shop does', async () => {
    const made = storeOn(db);
    const odd = [{ text: 'cà phê sữa đá ☕ " \\ \n', n: 1e21 }, { more: [null, true, {}] }, {}];
    await made.store.append(happening(ids.next(), 0, odd));
    await numbered(made);
    expect(await made.store.verify()).toMatchObject({ ok: true, events: 3 });
  });

  it('goes on with an event whose row of the queue was deleted, and with what follows of its order', async () => {
    const made = storeOn(db);
    const [order, other] = [ids.next(), ids.next()];
    const told = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    await made.store.append(happening(order, 0));
    await db.query('delete from order_pending');
    await made.store.append(happening(order, 1));
    await made.store.append(happening(other, 0));
    await expect(numbered(made)).rejects.toThrow(OUT_OF_TURN);
    const run = await made.sequencer.begin();
    while ((await run()) > 0);
    expect((await made.store.readLog(0, 9)).map(({ streamId }) => streamId)).toEqual([other]);
    const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_100);
    expect(await run()).toBe(2);
    clock.mockRestore();
    expect((await made.store.readLog(1, 9)).map(({ version }) => version)).toEqual([1, 2]);
    expect(told).toHaveBeenCalledWith(
      `event 1 of order ${order} had no position and no row in the queue, so it was queued again`,
    );
    told.mockRestore();
    expect(await made.store.verify()).toMatchObject({ ok: true, events: 3, waiting: 0 });
  });

  it('is not sealed where an event has its position before an earlier one of its order, and verifying names it', async () => {
    const made = storeOn(db);
    const order = ids.next();
    for (let version = 0; version < 2; version++) await made.store.append(happening(order, version));
    const { events } = await readPending(db, { above: 0, missing: [] });
    let hash = ORIGIN;
    for (const [index, event] of [...events].reverse().entries()) {
      hash = chained(hash, index + 1, event);
      await test.admin(`insert into ordering.order_log values ($1, $2, decode($3, 'hex'))`, [
        index + 1,
        event.id,
        hash,
      ]);
    }
    await expect(made.sealer.seal(2)).rejects.toThrow(`event 2 of order ${order} has position 1`);
    expect(await made.store.verify()).toMatchObject({ ok: false, finding: 'stream', position: 1, orderId: order });
  });

  it('lets an order go on whose forged event comes to the queue after it was declared void', async () => {
    const made = storeOn(db);
    const order = ids.next();
    await made.store.append(happening(order, 0));
    const forged = await forge(order, {});
    await db.query('delete from order_pending where event_id = $1', [forged]);
    await made.store.append(voiding(order, 2, 2));
    const run = await made.sequencer.begin();
    while ((await run()) > 0);
    const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_100);
    expect(await run()).toBe(1);
    clock.mockRestore();
    await made.store.append(happening(order, 3));
    expect(await run()).toBe(1);
    expect((await made.store.readLog(0, 9)).map(({ version }) => version)).toEqual([1, 3, 4]);
    expect(await made.store.verify()).toMatchObject({ ok: true, events: 3, waiting: 0 });
  });
});
