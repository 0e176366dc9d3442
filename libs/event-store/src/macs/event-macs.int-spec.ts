import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import type { QueryRunner } from 'typeorm';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { withoutVoided, VOIDING } from '#kernel';
import type { Instances } from '#messaging';
import { MacKey } from '#platform/macs';
import { eventually } from '../../../../test/support/eventually';
import { hashOfEvent, ORIGIN, type StoredEvent } from '../seals/chain';
import { admissionMac, eventMac } from './event-mac';
import { endMacExceptions, readFirstFormat, doOlderEventsWait, isOlderBuildAlive } from './event-macs.store';
import { MacExceptions1799000000710 } from '../../../../migrations/ordering/1799000000710-mac-exceptions';
import { readLogEnd, LogMoved, numberEvents, readPending } from '../sequencer/pending';
import { OUT_OF_TURN } from '../sequencer/out-of-turn';
import { requeueAside } from '../sequencer/unnumbered.store';
import { insertSeal } from '../seals/seals.store';
import { MacGate } from './mac-gate';
import { OlderBuildWatch } from './older-build-watch.job';
import { readNumbered } from '../streams/numbered-events.store';
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

const numberAll = async ({ sequencer }: Pick<ReturnType<typeof storeOn>, 'sequencer'>) => {
  const run = await sequencer.begin();
  while ((await run()) > 0);
};

/**
 * Stores an event, like an attacker who has the database role of the shop, but not the key. Returns the event's id.
 */
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

const tamper = (sql: string) => test.admin(`do $$ begin set local session_replication_role = replica; ${sql}; end $$`);

/**
 * Numbers the first pending event with the database role of the shop, without the sequencer. `other` changes values.
 */
async function numberByHand(other: { id?: string; hash?: string } = {}): Promise<void> {
  const end = (await readLogEnd(db)) ?? { position: 0, hash: ORIGIN };
  const [event] = (await readPending(db, { above: 0, missing: [] })).events;
  const hash = hashOfEvent(end.hash, end.position + 1, event);
  await numberEvents(db, end, [{ position: end.position + 1, hash, id: event.id, seq: event.seq, ...other }]);
}

/** Registers an instance of an older build. An attacker with the role of the shop can do this too. */
const registerOlderInstance = async (): Promise<void> => {
  await db.query(`insert into instances (id, number, build, hears, databases) values (gen_random_uuid(), 77, 'older', '[]', '{}')`); // prettier-ignore
};

/** Runs the migration on the database as it is now. */
async function runMigration(): Promise<void> {
  const sql: string[] = [];
  const collect = (statement: string) => Promise.resolve(void sql.push(statement));
  await new MacExceptions1799000000710().up({ query: collect } as unknown as QueryRunner);
  await test.admin(`drop table ordering.order_mac_exceptions; drop function ordering.sign_mac_exceptions;
    alter table ordering.order_pending drop constraint order_pending_seq_given;
    grant insert on ordering.order_log, ordering.order_pending to shop_ordering`);
  await test.admin(`set role shop_ordering_owner; set search_path = ordering, pg_temp; ${sql.join(';\n')}`);
}

const startOlderBuild = async () => {
  await registerOlderInstance();
  await runMigration();
};

describe('The MAC of an event', () => {
  it('is correct for the data that the database returns, also if the database prints it in another form', async () => {
    const shop = storeOn(db);
    const unusual = [
      { z: 1, a: { y: [1.5, 1e21, 1e-7, 123456789012345680000, -0, 0.1 + 0.2], b: null, c: [] }, '': '' },
      { text: 'cà phê sữa đá ☕ " \\ \n \u0001 \u2028', khóa: true, ['__proto__' + 'x']: {} },
      { nothing: undefined, at: new Date(0), list: [undefined, null] },
    ];
    await shop.store.append(happening(ids.next(), 0, unusual));
    for (const one of unusual) await shop.store.append(happening(ids.next(), 0, [one]));
    await Promise.all(unusual.map((one) => shop.store.append(happening(ids.next().toUpperCase(), 0, [one]))));
    await Promise.all(Array.from({ length: 40 }, (_, n) => shop.store.append(happening(ids.next(), 0, [{ n }]))));
    await numberAll(shop);
    expect(await shop.store.head()).toBe(49);
    expect(await shop.store.verify()).toMatchObject({
      ok: true,
      events: 49,
      waiting: 0,
      firstFormatThrough: 0,
      admitted: 0,
    });
  });

  it.each([
    ['without a MAC', null],
    ['with a MAC of another key', new MacKey(Buffer.alloc(32, 9).toString('base64')).of('x').toString('hex')],
  ])('is required: an event %s gets no position, and other events do', async (_, mac) => {
    const shop = storeOn(db);
    const [order, other] = [ids.next(), ids.next()];
    await shop.store.append(happening(order, 0));
    const forged = await forge(order, { collected: 777_000 }, mac);
    await shop.store.append(happening(other, 0));
    await numberAll(shop);
    expect(await shop.store.head()).toBe(2);
    expect((await shop.store.readLog(0, 10)).map(({ id }) => id)).not.toContain(forged);
    expect(await shop.store.unnumbered(order)).toMatchObject([
      { eventId: forged, version: 2, error: expect.stringContaining('not appended by this shop') },
    ]);
  });

  it('is also checked when each row is numbered alone', async () => {
    const shop = storeOn(db);
    const [order, other, endless] = [ids.next(), ids.next(), ids.next()];
    for (const id of [endless, order]) await shop.store.append(happening(id, 0));
    await forge(order, {});
    await shop.store.append(happening(other, 0));
    await tamper(`update ordering.order_events set "timestamp" = 'infinity' where order_id = '${endless}'`);
    await expect(numberAll(shop)).rejects.toThrow();
    await numberAll(shop);
    expect((await shop.store.readLog(0, 10)).map(({ streamId }) => streamId)).toEqual([order, other]);
    expect((await shop.store.unnumbered()).map(({ orderId }) => orderId).sort()).toEqual([endless, order].sort());
  });

  it('is wrong for JSON that is nested too deeply, and other events are still numbered', async () => {
    const shop = storeOn(db);
    const [order, other] = [ids.next(), ids.next()];
    await shop.store.append(happening(order, 0));
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
    await shop.store.append(happening(other, 0));
    await numberAll(shop);
    expect((await shop.store.readLog(0, 10)).map(({ streamId }) => streamId)).toEqual([order, other]);
    expect((await shop.store.unnumbered()).map(({ eventId }) => eventId)).toEqual([id]);
  });

  it('is also required for an event that declares another event void', async () => {
    const shop = storeOn(db);
    const order = ids.next();
    await shop.store.append(happening(order, 0));
    const forged = await forge(order, {});
    await shop.store.append(happening(order, 2));
    await forge(order, { version: 2 }, null, VOIDING);
    await numberAll(shop);
    await numberAll(shop);
    expect(await shop.store.head()).toBe(1);
    expect((await shop.store.unnumbered(order)).map(({ error }) => error !== null)).toEqual([true, false, true]);
    expect((await shop.store.unnumbered(order))[0].eventId).toBe(forged);
  });

  it('is valid only for its own event', async () => {
    const shop = storeOn(db);
    const order = ids.next();
    await shop.store.append(happening(order, 0));
    const [{ mac }] = await db.query<{ mac: string }>(`select encode(mac, 'hex') as mac from order_events`);
    await forge(order, {}, mac);
    await numberAll(shop);
    expect(await shop.store.head()).toBe(1);
  });

  it('is checked when the log is verified', async () => {
    const shop = storeOn(db);
    for (let n = 0; n < 3; n++) await shop.store.append(happening(ids.next(), 0));
    await numberAll(shop);
    await tamper(`update ordering.order_events set mac = '\\x00' where id =
      (select event_id from ordering.order_log where position = 2)`);
    expect(await shop.store.verify()).toMatchObject({ ok: false, finding: 'forged', position: 2 });
    await tamper(`update ordering.order_events set mac = null where id =
      (select event_id from ordering.order_log where position = 2)`);
    expect(await shop.store.verify()).toMatchObject({ ok: false, finding: 'forged', position: 2 });
  });

  it('is also correct if it was made with a former key', async () => {
    const shop = storeOn(db);
    await shop.store.append(happening(ids.next(), 0));
    const [newKey, former] = [Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(32, 8).toString('base64')];
    const gate = new MacGate(db, new MacKey(newKey, [former]));
    const signals = (shop.sequencer as unknown as { signals: ConstructorParameters<typeof Sequencer>[2] }).signals;
    const leadership = { leads: () => true } as unknown as ConstructorParameters<typeof Sequencer>[1];
    const changed = new Sequencer(
      db,
      leadership,
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

  it('is numbered by the present leader as soon as its MAC is right, with the later events of its order', async () => {
    const [shopWithOtherKey, shop] = [
      storeOn(db, undefined, undefined, { eventKey: new MacKey(secret(1)) }),
      storeOn(db),
    ];
    const [order, other] = [ids.next(), ids.next()];
    for (const id of [order, other]) await shop.store.append(happening(id, 0));
    await shopWithOtherKey.store.append(happening(order, 1));
    await shopWithOtherKey.store.append(happening(other, 1));
    await shop.store.append(happening(order, 2));
    const run = await shop.sequencer.begin();
    while ((await run()) > 0);
    expect((await shop.store.unnumbered(order)).map(({ error }) => error)).toEqual([
      expect.stringContaining('its MAC is wrong, or the key EVENT_MAC_KEY differs between processes'),
      null,
    ]);
    await tamper(`update ordering.order_events e set mac = decode('${await rightMac(order, 2)}', 'hex')
      where order_id = '${order}' and version = 2`);
    expect(await run()).toBe(0);
    expect(await inTenSeconds(run)).toBe(2);
    expect((await shop.store.unnumbered()).map(({ orderId }) => orderId)).toEqual([other]);
    expect(await inTenSeconds(run)).toBe(0); // the other event is checked again, and stays put aside
    expect(await shop.store.head()).toBe(4);
  });

  it('is numbered by a process that knows the key, when it becomes the leader', async () => {
    const shop = storeOn(db);
    const newer = storeOn(db, undefined, undefined, { eventKey: new MacKey(secret(1), [EVENT_MAC_KEY]) });
    await newer.store.append(happening(ids.next(), 0));
    await numberAll(shop);
    expect(await shop.store.head()).toBe(0);
    const run = await newer.sequencer.begin();
    expect(await inTenSeconds(run)).toBe(1);
    expect(await shop.store.head()).toBe(1);
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
    ['with a MAC of another key', new MacKey(Buffer.alloc(32, 9).toString('base64')).of('x').toString('hex')],
  ])('cannot be read if the event is %s, before and after the event was put aside', async (_, mac) => {
    const shop = storeOn(db);
    const order = ids.next();
    await shop.store.append(happening(order, 0));
    await forge(order, { collected: 777_000 }, mac);
    for (let round = 0; round < 2; round++) {
      await expect(shop.store.read(order)).rejects.toEqual(broken);
      await expect(shop.store.fold(order, tally)).rejects.toEqual(broken);
      for (const events of [await shop.store.readMarked(order), await shop.store.readStored(order)])
        expect(events.map(({ unreadable }) => unreadable)).toEqual([undefined, broken]);
      await numberAll(shop);
    }
    await shop.store.append(voiding(order, 2, 2));
    expect((await shop.store.read(order)).map(({ version }) => version)).toEqual([1, 3]);
    expect(await shop.store.fold(order, tally)).toMatchObject({ state: { n: 2 }, version: 3 });
    expect((await shop.store.readMarked(order))[0]).not.toHaveProperty('eventMac');
  });

  it('cannot be folded from an earlier snapshot either', async () => {
    const shop = storeOn(db);
    const order = ids.next();
    await shop.store.append(
      happening(
        order,
        0,
        Array.from({ length: 120 }, (_, n) => ({ n })),
      ),
    );
    await shop.store.fold(order, tally);
    await eventually(async () => expect(await db.query('select from order_snapshots')).toHaveLength(1));
    expect(await shop.store.fold(order, tally)).toEqual({ state: { n: 120 }, version: 120 });
    await forge(order, {});
    await expect(shop.store.fold(order, tally)).rejects.toEqual(broken);
  });

  it('keeps the event that the forged event declares void', async () => {
    const shop = storeOn(db);
    const order = ids.next();
    await shop.store.append(happening(order, 0, [{}, {}]));
    await forge(order, { version: 1 }, null, VOIDING);
    expect([...(await shop.store.voidedOf(order))]).toEqual([]);
    expect(withoutVoided(await shop.store.readMarked(order))).toHaveLength(3);
    await shop.store.append(voiding(order, 3, 3));
    expect((await shop.store.read(order)).map(({ version }) => version)).toEqual([1, 2, 4]);
  });

  it('cannot be read if somebody gave the forged event a position by hand', async () => {
    const shop = storeOn(db);
    const order = ids.next();
    await shop.store.append(happening(order, 0));
    await numberAll(shop);
    await forge(order, {});
    await numberByHand();
    await expect(shop.store.read(order)).rejects.toEqual(broken);
    await expect(shop.sealer.seal(2)).rejects.toThrow('position 2 was not appended by this shop');
  });
});

describe('An event of an older build', () => {
  it('can be read before and after it gets its position', async () => {
    const shop = storeOn(db);
    const order = ids.next();
    await shop.store.append(happening(order, 0));
    await startOlderBuild();
    await forge(order, {});
    await expect(shop.store.read(order)).rejects.toThrow(); // no process has signed yet that older builds are alive
    await shop.sequencer.begin();
    expect(await shop.store.read(order)).toHaveLength(2);
    await numberAll(shop);
    await endMacExceptions(db);
    expect(await shop.store.read(order)).toHaveLength(2);
    await db.query(`insert into order_admissions select id, '\\x00' from order_events where mac is not null`);
    expect(await shop.store.read(order)).toHaveLength(2);
  });

  it('is numbered while an older build is alive, and every verification reports it', async () => {
    const shop = storeOn(db);
    const order = ids.next();
    await shop.store.append(happening(order, 0));
    await startOlderBuild();
    expect(await isOlderBuildAlive(db)).toBe(true);
    const id = await forge(order, {});
    await numberAll(shop);
    expect(await shop.store.verify()).toMatchObject({ ok: true, events: 2, admitted: 1 });
    await tamper(`update ordering.order_admissions set mac = '\\x00' where event_id = '${id}'`);
    expect(await shop.store.verify()).toMatchObject({ ok: false, finding: 'forged', position: 2 });
  });

  it('is also numbered if it waited for an earlier event of its order until the older build had stopped', async () => {
    const shop = storeOn(db);
    const order = ids.next();
    await shop.store.append(happening(order, 0));
    await startOlderBuild();
    await tamper(`update ordering.order_events set "timestamp" = 'infinity' where order_id = '${order}'`);
    await forge(order, {});
    await expect(numberAll(shop)).rejects.toThrow();
    await numberAll(shop);
    expect(await shop.store.unnumbered(order)).toHaveLength(2);
    await test.admin('delete from ordering.instances');
    await endMacExceptions(db);
    await tamper(`update ordering.order_events set "timestamp" = now() where order_id = '${order}'`);
    await requeueAside(db);
    await numberAll(shop);
    expect(await shop.store.verify()).toMatchObject({ ok: true, events: 2, admitted: 1 });
  });

  it('is still numbered after its build has stopped, but not after the exceptions were ended', async () => {
    const shop = storeOn(db);
    await startOlderBuild();
    const order = ids.next();
    await shop.store.append(happening(order, 0));
    await forge(order, {});
    await test.admin(`update ordering.instances set seen_at = now() - interval '3 minutes'`);
    expect([await isOlderBuildAlive(db), await doOlderEventsWait(db)]).toEqual([false, true]);
    await numberAll(shop);
    expect([await shop.store.head(), await doOlderEventsWait(db)]).toEqual([2, false]);
    await endMacExceptions(db);
    await test.admin('update ordering.instances set seen_at = now()');
    expect(await isOlderBuildAlive(db)).toBe(false);
    await forge(order, {});
    await numberAll(shop);
    expect(await shop.store.head()).toBe(2);
  });

  it('is not numbered after the time limit of the exception', async () => {
    const shop = storeOn(db);
    await startOlderBuild();
    await tamper(`update ordering.order_mac_exceptions set until = now() - interval '1 second'`);
    const order = ids.next();
    await shop.store.append(happening(order, 0));
    await forge(order, {});
    await numberAll(shop);
    expect(await test.admin('select from ordering.order_mac_exceptions where mac is not null')).toHaveLength(1);
    expect(await shop.store.head()).toBe(1);
  });

  it.each([
    [
      'if the list of instances was extended later',
      `update ordering.order_mac_exceptions set instances = instances || gen_random_uuid()`,
    ],
    ['if the shop has not signed the exception', `update ordering.order_mac_exceptions set mac = '\\x00'`],
  ])('is not numbered %s', async (_, change) => {
    const shop = storeOn(db);
    await startOlderBuild();
    const order = ids.next();
    await shop.store.append(happening(order, 0));
    await numberAll(shop);
    await tamper(change);
    await forge(order, {});
    await numberAll(storeOn(db)); // a process that remembers nothing
    expect(await shop.store.head()).toBe(1);
  });

  it('is not numbered if the instance registered after MACs were introduced', async () => {
    const shop = storeOn(db);
    const order = ids.next();
    await shop.store.append(happening(order, 0));
    await registerOlderInstance();
    await db.query('delete from order_mac_instances');
    expect(await isOlderBuildAlive(db)).toBe(false);
    await forge(order, {});
    await numberAll(shop);
    expect(await shop.store.head()).toBe(1);
    await runMigration(); // the same is true if the log was closed before this migration
    expect(await db.query('select from order_mac_exceptions')).toHaveLength(1);
  });

  it('is not numbered only because its number in the queue is low', async () => {
    const shop = storeOn(db);
    const order = ids.next();
    await shop.store.append(happening(order, 0));
    await numberAll(shop);
    await tamper('update ordering.order_event_formats set mac = null, drawn = 1000');
    const forged = await forge(order, {});
    await numberAll(shop);
    expect(await shop.store.head()).toBe(1);
    await expect(
      db.query('insert into order_pending (seq, event_id) overriding system value values (7, $1)', [forged]),
    ).rejects.toMatchObject({ code: '42501' });
  });
});

describe('The queue', () => {
  it('accepts no numbers below 1, and the migration puts existing rows with such numbers aside', async () => {
    const shop = storeOn(db);
    const order = ids.next();
    await shop.store.append(happening(order, 0));
    const [{ id }] = await db.query<{ id: string }>('delete from order_pending returning event_id as id');
    const queued = (seq: number) =>
      test.admin('insert into ordering.order_pending (seq, event_id) overriding system value values ($1, $2)', [
        seq,
        id,
      ]);
    await test.admin(`alter table ordering.order_pending drop constraint order_pending_seq_given,
      add constraint order_pending_seq_given check (true)`);
    await queued(-5);
    await runMigration();
    expect(await shop.store.unnumbered(order)).toMatchObject([
      { error: expect.stringContaining('number in the queue') },
    ]);
    await requeueAside(db);
    await numberAll(shop);
    expect(await shop.store.verify()).toMatchObject({ ok: true, events: 1, waiting: 0 });
    await expect(queued(0)).rejects.toMatchObject({ code: '23514' });
  });
});

describe('Events that were stored before there were MACs', () => {
  /** Stores events without MACs, as before the migration: three with a position, one without. */
  const openShopAfterMigration = async () => {
    const shop = storeOn(db);
    for (let n = 0; n < 3; n++) await shop.store.append(happening(ids.next(), 0));
    await numberAll(shop);
    await shop.store.append(happening(ids.next(), 0));
    await tamper(`update ordering.order_events set mac = null;
      update ordering.order_event_formats set mac = null, through = 3, drawn = (select max(seq) from ordering.order_pending)`);
    await runMigration();
    return storeOn(db); // the first process that makes MACs
  };

  it('stay valid up to a position that the shop signs', async () => {
    const shop = await openShopAfterMigration();
    await numberAll(shop);
    await shop.store.append(happening(ids.next(), 0));
    await numberAll(shop);
    expect((await readFirstFormat(db))!.mac).toMatch(/^[0-9a-f]{64}$/);
    expect(await shop.store.verify()).toMatchObject({ ok: true, events: 5, firstFormatThrough: 3, admitted: 1 });
    for (const { streamId } of await shop.store.readLog(0, 5)) {
      expect(await shop.store.read(streamId)).toHaveLength(1);
      expect(await shop.store.fold(streamId, { name: 'one', version: 1, project: () => ({}) })).toMatchObject({ version: 1 }); // prettier-ignore
    }
    await tamper('update ordering.order_events set mac = null');
    const [last] = await shop.store.readLog(4, 1);
    await expect(shop.store.read(last.streamId)).rejects.toMatchObject({ code: 'EVENT_BROKEN' });
  });

  it('cannot end at a later position than the signed one', async () => {
    const shop = await openShopAfterMigration();
    await numberAll(shop);
    await tamper('update ordering.order_event_formats set through = 100');
    expect(await shop.store.verify()).toMatchObject({ ok: false, finding: 'forged', position: null });
    await tamper('update ordering.order_event_formats set mac = null');
    await shop.store.append(happening(ids.next(), 0));
    await numberAll(shop); // the leader signs no position after which an event with a MAC was numbered
    expect(await shop.store.verify()).toMatchObject({ ok: false, finding: 'forged', position: null });
    await tamper('delete from ordering.order_event_formats');
    expect(await shop.store.verify()).toMatchObject({ ok: false, finding: 'forged', position: null });
  });
});

describe('The list of events that are allowed to have no MAC', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'macs-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Opens a shop that leads the sequencer and remembers its seals and MACs in files. */
  const openShop = async () => {
    const shop = storeOn(db, undefined, join(folder, 'anchor'));
    const instances = { id: ids.next() } as Instances;
    const watch = new OlderBuildWatch(db, instances, macKey, shop.seals.gate.memory);
    await watch.registerAndCheck();
    const run = await shop.sequencer.begin();
    return { ...shop, watch, run };
  };
  const openShopWithOrders = async () => {
    const shop = await openShop();
    for (let n = 0; n < 3; n++) await shop.store.append(happening(ids.next(), 0));
    while ((await shop.run()) > 0);
    return shop;
  };

  it.each([
    ['in the running shop', (shop: Awaited<ReturnType<typeof openShop>>) => Promise.resolve(shop)],
    ['at its next start', openShop],
  ])('is not extended by exceptions that are stored later, while no event has a MAC, %s', async (_, next) => {
    const first = await openShopWithOrders();
    const forged = ids.next();
    await tamper(`create table ordering.macs as select id, mac from ordering.order_events;
      update ordering.order_events set mac = null;
      insert into ordering.order_mac_exceptions (instances, events, until) values ('{}', '{${forged}}', now())`);
    const shop = await next(first);
    await shop.watch.registerAndCheck();
    expect(shop.watch.problem).toContain('exceptions for events without a MAC are ignored');
    const order = (await shop.store.readLog(0, 1))[0].streamId;
    await tamper(`update ordering.order_events e set mac = m.mac from ordering.macs m where m.id = e.id;
      insert into ordering.order_events (id, order_id, version, event_type, schema_version, event_data, metadata, "timestamp")
        values ('${forged}', '${order}', 2, 'Ended', 1, '{}', '{}', now());
      update ordering.order_heads set version = 2 where order_id = '${order}';
      insert into ordering.order_pending (event_id) values ('${forged}')`);
    await numberAll(shop);
    expect(await shop.store.head()).toBe(3);
    expect(await shop.store.verify()).toMatchObject({ found: 1, finding: 'unnumbered', admitted: 0 });
    expect(await db.query('select from order_mac_exceptions where mac is not null')).toEqual([]);
    await expect(shop.store.read(order)).rejects.toMatchObject({ code: 'EVENT_BROKEN' });
  });

  it('is not extended by an admission, if there were no exceptions: verification finds the event', async () => {
    const shop = await openShopWithOrders();
    const other = storeOn(db); // a process that remembers nothing, so it signs the values that it finds
    await tamper(`update ordering.order_events set mac = null where id = (
      select event_id from ordering.order_log where position = 2)`);
    const [event] = await readNumbered(db, 1, 2);
    await db.query('insert into order_admissions (event_id, mac) values ($1, $2)', [
      event.id,
      admissionMac(macKey, event),
    ]);
    expect(await other.store.verify()).toMatchObject({ ok: true, admitted: 1, admittedPositions: [2] });
    expect(await shop.store.verify()).toMatchObject({ ok: false, found: 1, finding: 'forged', position: 2 });
    await expect(shop.store.read(event.streamId)).rejects.toMatchObject({ code: 'EVENT_BROKEN' });
  });

  it.each([
    ['in the running shop', (shop: Awaited<ReturnType<typeof openShop>>) => Promise.resolve(shop)],
    ['at its next start', openShop],
  ])('does not end at a later position than before, %s', async (_, next) => {
    const first = await openShopWithOrders();
    await tamper(`create table ordering.macs as select id, mac from ordering.order_events;
      update ordering.order_events set mac = null;
      update ordering.order_event_formats set mac = null, through = 3, drawn = 1000000`);
    const shop = await next(first);
    await numberAll(shop);
    await shop.watch.registerAndCheck();
    expect(shop.watch.problem).toContain('this shop has not signed that');
    expect((await readFirstFormat(db))!.mac).toBeNull();
    await storeOn(db).sequencer.begin(); // a process that remembers nothing signs it
    await tamper('update ordering.order_events e set mac = m.mac from ordering.macs m where m.id = e.id');
    await shop.watch.registerAndCheck();
    expect(shop.watch.problem).toContain('but they end at position 0');
    expect(await shop.store.verify()).toMatchObject({ ok: false, finding: 'forged', firstFormatThrough: 0 });
  });

  it('is signed again if an older backup was restored, in which it ends earlier', async () => {
    const shop = await openShopWithOrders();
    await tamper('update ordering.order_event_formats set mac = null');
    await numberAll(shop);
    await shop.watch.registerAndCheck();
    expect(shop.watch.problem).toBeUndefined();
    expect(await shop.store.verify()).toMatchObject({ ok: true, firstFormatThrough: 0 });
  });
});

describe('Sealing', () => {
  const removeMac = `update ordering.order_events set mac = null where id = (
    select event_id from ordering.order_log where position = 2)`;
  const openShopWithThreeEvents = async () => {
    const shop = storeOn(db);
    for (let n = 0; n < 3; n++) await shop.store.append(happening(ids.next(), 0));
    return shop;
  };

  it('checks events that another process has numbered', async () => {
    await numberAll(await openShopWithThreeEvents());
    await tamper(removeMac);
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
  ])('refuses %s, and the next sequencer logs it', async (_, sql) => {
    await numberAll(await openShopWithThreeEvents());
    await tamper(sql);
    const next = storeOn(db);
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    await next.sequencer.begin();
    expect(logged.mock.calls).toContainEqual([
      expect.stringMatching(/^numbering goes on after position 3, .*position 3/),
    ]);
    logged.mockRestore();
    await expect(next.sealer.seal(3)).rejects.toMatchObject({ code: 'LOG_TAMPERED' });
    expect(next.seals.problem).toContain('position 3');
    expect(await db.query('select from order_seals')).toEqual([]);
    await next.sealer.seal(2);
    await expect(next.sealer.seal(3)).rejects.toThrow('position 3');
  });

  it('checks all pages of the events that another process has numbered', async () => {
    const shop = storeOn(db);
    await shop.store.append(
      happening(
        ids.next(),
        0,
        Array.from({ length: 600 }, (_, n) => ({ n })),
      ),
    );
    await numberAll(shop);
    const next = storeOn(db);
    await next.sealer.seal(600);
    expect(await next.store.verify()).toMatchObject({ ok: true, sealedThrough: 600 });
  });

  it('compares the events that this process numbered with the hashes in its memory', async () => {
    const shop = await openShopWithThreeEvents();
    await numberAll(shop);
    await tamper(`update ordering.order_log set hash = decode(repeat('0f', 32), 'hex') where position = 2`);
    await expect(shop.sealer.seal(3)).rejects.toThrow('position 2');
    expect(await db.query('select from order_seals')).toEqual([]);
  });
});

describe('The log', () => {
  it('can be written only with the functions of the database', async () => {
    const shop = storeOn(db);
    await shop.store.append(happening(ids.next(), 0));
    await endMacExceptions(db);
    await endMacExceptions(db);
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
    await numberAll(shop);
    await shop.sealer.seal(1);
    expect(await shop.store.verify()).toMatchObject({ ok: true, events: 1, sealedThrough: 1 });
  });

  it('accepts only the next position, and only a seal that fits the log', async () => {
    const shop = storeOn(db);
    await shop.store.append(happening(ids.next(), 0));
    await numberAll(shop);
    const [{ id }] = (await shop.store.append(happening(ids.next(), 0))).events;
    const row = { position: 9, hash: '0'.repeat(64), id, seq: 0 };
    await expect(numberEvents(db, { position: 8, hash: '0'.repeat(64) }, [row])).rejects.toThrow(LogMoved);
    expect(await shop.store.head()).toBe(1);
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
    await shop.sealer.seal(1);
    const { hash } = (await shop.store.readLog(0, 1))[0];
    expect(await insertSeal(db, { ...seal, hash: hash! }, 0)).toBe(false); // the position has a seal already
  });

  it.each<[string, RegExp, Parameters<typeof numberByHand>[0]]>([
    ['does not exist', /of them wait/, { id: '00000000-0000-4000-8000-000000000001' }],
    ['has another hash', /its hash is not the one that follows/, { hash: 'cd'.repeat(32) }],
  ])('gives no position to an event that %s', async (_, message, other) => {
    const shop = storeOn(db);
    await shop.store.append(happening(ids.next(), 0));
    await expect(numberByHand(other)).rejects.toMatchObject({ code: '23514', message: expect.stringMatching(message) });
    await numberAll(shop);
    expect(await shop.store.verify()).toMatchObject({ ok: true, events: 1, waiting: 0 });
  });

  it('gives a position only to a queued event, and only after all earlier events of its order have one', async () => {
    const shop = storeOn(db);
    const order = ids.next();
    for (let version = 0; version < 3; version++) await shop.store.append(happening(order, version));
    await db.query('delete from order_pending where seq = (select min(seq) from order_pending)');
    await expect(numberByHand()).rejects.toThrow(OUT_OF_TURN);
    const [first] = await shop.store.read(order);
    await expect(numberByHand({ id: first.id })).rejects.toThrow('of them wait');
    await db.query('insert into order_pending (event_id) values ($1)', [first.id]);
    await numberAll(shop);
    expect((await shop.store.readLog(0, 9)).map(({ version }) => version)).toEqual([1, 2, 3]);
  });

  it('computes the same hash in the database as the shop does', async () => {
    const shop = storeOn(db);
    const unusual = [{ text: 'cà phê sữa đá ☕ " \\ \n', n: 1e21 }, { more: [null, true, {}] }, {}];
    await shop.store.append(happening(ids.next(), 0, unusual));
    await numberAll(shop);
    expect(await shop.store.verify()).toMatchObject({ ok: true, events: 3 });
  });

  it('numbers an event whose queue row was deleted, and the later events of its order', async () => {
    const shop = storeOn(db);
    const [order, other] = [ids.next(), ids.next()];
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    await shop.store.append(happening(order, 0));
    await db.query('delete from order_pending');
    await shop.store.append(happening(order, 1));
    await shop.store.append(happening(other, 0));
    await expect(numberAll(shop)).rejects.toThrow(OUT_OF_TURN);
    const run = await shop.sequencer.begin();
    while ((await run()) > 0);
    expect((await shop.store.readLog(0, 9)).map(({ streamId }) => streamId)).toEqual([other]);
    const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_100);
    expect(await run()).toBe(2);
    clock.mockRestore();
    expect((await shop.store.readLog(1, 9)).map(({ version }) => version)).toEqual([1, 2]);
    expect(logged).toHaveBeenCalledWith(
      `event 1 of order ${order} had no position and no row in the queue, so it was queued again`,
    );
    logged.mockRestore();
    expect(await shop.store.verify()).toMatchObject({ ok: true, events: 3, waiting: 0 });
  });

  it('is not sealed if an event has a position before an earlier event of its order, and a verification reports it', async () => {
    const shop = storeOn(db);
    const order = ids.next();
    for (let version = 0; version < 2; version++) await shop.store.append(happening(order, version));
    const { events } = await readPending(db, { above: 0, missing: [] });
    let hash = ORIGIN;
    for (const [index, event] of [...events].reverse().entries()) {
      hash = hashOfEvent(hash, index + 1, event);
      await test.admin(`insert into ordering.order_log values ($1, $2, decode($3, 'hex'))`, [
        index + 1,
        event.id,
        hash,
      ]);
    }
    await expect(shop.sealer.seal(2)).rejects.toThrow(`event 2 of order ${order} has position 1`);
    expect(await shop.store.verify()).toMatchObject({ ok: false, finding: 'stream', position: 1, orderId: order });
  });

  it('numbers the later events of an order whose forged event is queued after it was declared void', async () => {
    const shop = storeOn(db);
    const order = ids.next();
    await shop.store.append(happening(order, 0));
    const forged = await forge(order, {});
    await db.query('delete from order_pending where event_id = $1', [forged]);
    await shop.store.append(voiding(order, 2, 2));
    const run = await shop.sequencer.begin();
    while ((await run()) > 0);
    const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_100);
    expect(await run()).toBe(1);
    clock.mockRestore();
    await shop.store.append(happening(order, 3));
    expect(await run()).toBe(1);
    expect((await shop.store.readLog(0, 9)).map(({ version }) => version)).toEqual([1, 3, 4]);
    expect(await shop.store.verify()).toMatchObject({ ok: true, events: 3, waiting: 0 });
  });
});
