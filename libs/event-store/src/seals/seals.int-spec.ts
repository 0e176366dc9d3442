import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import type { Database } from '#database';
import { HistoryLost } from '../streams/errors';
import type { Tampered } from '../verifications/findings';
import { hashOfEvent, ORIGIN, type StoredEvent } from './chain';
import { checkExport } from '../export/export-check';
import { happening, ids, key, storeOn } from '../testing/store';

let test: TestDatabase;
let db: Database;
let folder: string;

beforeEach(async () => {
  test = await testDatabase();
  db = test.of('ordering');
  folder = mkdtempSync(join(tmpdir(), 'seals-'));
});
afterEach(async () => {
  await test.drop();
  rmSync(folder, { recursive: true, force: true });
});

/**
 * Runs SQL as a superuser, with all triggers off. This simulates an attacker who does not have the key or the file of
 * the newest seal.
 */
const tamper = (sql: string) => test.admin(`do $$ begin set local session_replication_role = replica; ${sql}; end $$`);

const fileOf = (name = 'anchor') => join(folder, name);
const justification = { who: 'An', reason: 'the disk failed' };
type Shop = ReturnType<typeof storeOn>;

/** Opens a shop with its own file of the newest seal. The shop leads the sequencer. */
async function openShop(file = fileOf()) {
  const shop = storeOn(db, undefined, file);
  await shop.watch.onModuleInit();
  const run = await shop.sequencer.begin();
  const appendOrders = async (count: number) => {
    for (let n = 0; n < count; n++) {
      await shop.store.append(happening(ids.next(), 0, [{ n }]));
      await run();
    }
  };
  return { ...shop, appendOrders };
}

async function openShopWithSeals(file = fileOf()) {
  const shop = await openShop(file);
  await shop.appendOrders(10);
  await shop.sealer.seal(10);
  await shop.appendOrders(10);
  await shop.sealer.seal(20);
  return shop;
}

/** Deletes everything that a backup with the first ten positions does not contain. */
const restoreOldBackup = (records = 0) =>
  tamper(`delete from ordering.order_events where id in (select event_id from ordering.order_log where position > 10);
    delete from ordering.order_heads where order_id not in (select order_id from ordering.order_events);
    delete from ordering.order_log where position > 10; delete from ordering.order_seals where position > 10;
    delete from ordering.order_pending; delete from ordering.order_seal_records where number > ${records}`);

/** Changes the event at position 15, computes all hashes again, and deletes the seals that cover changed positions. */
async function rewriteLog(): Promise<void> {
  await tamper(`update ordering.order_events set event_data = '{"n": 900000}'
    where id = (select event_id from ordering.order_log where position = 15)`);
  const rows = await test.admin<StoredEvent & { position: string; hash: string }>(
    `select l.position, encode(l.hash, 'hex') as hash, e.id, e.order_id as "streamId", e.version, e.event_type as type,
       e.schema_version as "schemaVersion", e.event_data::text as data, e.metadata::text as metadata,
       (extract(epoch from e."timestamp") * 1000000)::bigint::text as micros
     from ordering.order_log l join ordering.order_events e on e.id = l.event_id order by l.position`,
  );
  let hash = ORIGIN;
  for (const { position, ...row } of rows) {
    hash = hashOfEvent(hash, Number(position), row);
    await tamper(`update ordering.order_log set hash = decode('${hash}', 'hex') where position = ${position}`);
  }
  await tamper(`delete from ordering.order_seals where position > 10`);
}

const readSealedPositions = async () =>
  (await test.admin<{ position: string }>('select position from ordering.order_seals order by position')).map(
    ({ position }) => Number(position),
  );

describe('The newest seal', () => {
  it('is remembered in a file outside the database', async () => {
    const { seals } = await openShopWithSeals();
    const kept = JSON.parse(readFileSync(fileOf(), 'utf8'));
    expect(kept).toMatchObject({
      position: 20,
      count: 2,
      record: 0,
      signature: expect.stringMatching(/^[0-9a-f]{128}$/),
    });
    expect(await seals.readCheckedEnd()).toEqual(kept);
  });

  it('prevents the sealing of a rewritten log, although its hashes and seals fit together', async () => {
    const shop = await openShopWithSeals();
    await rewriteLog();
    await expect(shop.sealer.seal(20)).rejects.toThrow('it is not what was sealed');
    const later = storeOn(db, undefined, fileOf());
    await expect(later.watch.onModuleInit()).rejects.toThrow(HistoryLost);
    await later.sequencer.begin();
    await expect(later.sealer.seal(20)).rejects.toThrow('it is not what was sealed');
    expect(await readSealedPositions()).toEqual([10]);
    for (const { store } of [shop, later]) {
      const { findings } = (await store.verify()) as Tampered;
      const found = findings.map(({ finding, position }) => [finding, position]);
      expect(found).toEqual(expect.arrayContaining([['forged', 15], ['recomputed', 20]])); // prettier-ignore
    }
    expect(shop.seals.disagreement).toBeDefined();
  });

  it('shows that the end of the log was deleted together with its seals', async () => {
    const shop = await openShopWithSeals();
    await restoreOldBackup();
    expect(await shop.store.verify()).toMatchObject({ ok: false, finding: 'behind', position: 11 });
    const later = storeOn(db, undefined, fileOf());
    await expect(later.watch.onModuleInit()).rejects.toThrow(/events restored --reason/);
  });

  it('is reported as missing before the next seal if it was deleted while the shop was running', async () => {
    const shop = await openShopWithSeals();
    await tamper('delete from ordering.order_seals where position = 20');
    await shop.appendOrders(1);
    await expect(shop.sealer.seal(21)).rejects.toThrow('the seal at position 20 is gone');
    expect(await shop.store.verify()).toMatchObject({ ok: false, finding: 'seal', position: 20 });
    expect(await readSealedPositions()).toEqual([10]);
  });

  it('is also remembered on machines that have not made it', async () => {
    const one = await openShopWithSeals();
    const other = await openShop(fileOf('other'));
    await one.appendOrders(5);
    await one.sealer.seal(25);
    await other.watch.checkSeals();
    expect(JSON.parse(readFileSync(fileOf('other'), 'utf8'))).toMatchObject({ position: 25, record: 1 });
  });

  it('is accepted from the database once if the file is missing, and a record of this is stored', async () => {
    await openShopWithSeals();
    await openShop(fileOf('new'));
    await openShop(fileOf('new'));
    const { store } = await openShop();
    const { remarks, ok } = await store.verify();
    expect(ok).toBe(true);
    expect(remarks).toMatchObject([{ number: 1, kind: 'adopted', reason: `${fileOf('new')} was missing` }]);
  });

  it('stops the start if its file is damaged, and the error names the file', async () => {
    await openShopWithSeals();
    writeFileSync(fileOf(), '{"position": 3}');
    await expect(openShop()).rejects.toThrow(`${fileOf()}, which cannot be used (it is damaged)`);
  });
});

describe('Events without a seal', () => {
  it('are a finding only if they are old', async () => {
    const shop = await openShopWithSeals();
    await shop.appendOrders(3);
    expect(await shop.store.verify()).toMatchObject({ ok: true, sealedThrough: 20 });
    await tamper(`update ordering.order_events set "timestamp" = "timestamp" - interval '2 minutes'
      where id in (select event_id from ordering.order_log where position > 20)`);
    expect((await findings(shop)).at(-1)).toMatchObject({ finding: 'unsealed', position: 21 });
  });

  it('are sealed when the shop stops', async () => {
    const shop = await openShopWithSeals();
    await shop.appendOrders(3);
    await shop.sealer.sealRest();
    expect(await readSealedPositions()).toEqual([10, 20, 23]);
  });
});

const findings = async ({ store }: Pick<Shop, 'store'>) => {
  const result = await store.verify();
  return result.ok ? [] : result.findings;
};

describe('After a backup was restored', () => {
  it('the loss of seals is recorded and reported by every verification, and the shop continues on every machine', async () => {
    const one = await openShopWithSeals();
    await openShop(fileOf('other'));
    await one.watch.checkSeals();
    await restoreOldBackup();
    const { repair } = storeOn(db, undefined, fileOf());
    const record = await repair.acceptRestoredBackup(justification);
    expect(record.number).toBe(2); // record 1 is lost
    for (const name of ['anchor', 'other']) {
      const shop = await openShop(fileOf(name));
      await shop.appendOrders(5);
      await shop.sealer.seal(await shop.store.head());
      expect(await shop.store.verify()).toMatchObject({
        ok: true,
        remarks: [{ kind: 'restored', who: 'An', reason: 'the disk failed', text: expect.stringContaining('20') }],
      });
    }
    await expect(repair.acceptRestoredBackup(justification)).rejects.toThrow('nothing was lost');
  });

  it('a machine that remembers a later seal than the record names does not start', async () => {
    await openShopWithSeals();
    const other = await openShop(fileOf('other'));
    await other.appendOrders(5);
    await other.sealer.seal(25);
    await restoreOldBackup(1);
    await storeOn(db, undefined, fileOf()).repair.acceptRestoredBackup(justification);
    await expect(storeOn(db, undefined, fileOf('other')).watch.onModuleInit()).rejects.toThrow(HistoryLost);
  });

  it('a deleted or changed record of the restore is a finding', async () => {
    await openShopWithSeals();
    await restoreOldBackup();
    await storeOn(db, undefined, fileOf()).repair.acceptRestoredBackup(justification);
    const shop = await openShop();
    await tamper(`update ordering.order_seal_records set body = replace(body, 'the disk failed', 'a test')`);
    expect(await findings(shop)).toContainEqual(expect.objectContaining({ finding: 'records' }));
    await tamper('delete from ordering.order_seal_records');
    expect(await findings(shop)).toContainEqual(expect.objectContaining({ finding: 'records' }));
  });

  it('a backup with findings is not accepted', async () => {
    await openShopWithSeals();
    await restoreOldBackup();
    await tamper(`update ordering.order_events set event_data = '{"n": 5}'
      where id = (select event_id from ordering.order_log where position = 7)`);
    await expect(storeOn(db, undefined, fileOf()).repair.acceptRestoredBackup(justification)).rejects.toThrow(
      'has a problem itself',
    );
  });
});

describe('An older backup', () => {
  const start = (file = fileOf()) => storeOn(db, undefined, file).watch.onModuleInit();
  const refused = /events restored --reason/;

  it('stops the start also the second time, when the record of the first restore is lost too', async () => {
    await openShopWithSeals();
    await restoreOldBackup();
    await storeOn(db, undefined, fileOf()).repair.acceptRestoredBackup(justification);
    const shop = await openShop();
    await shop.appendOrders(5);
    await shop.sealer.seal(15);
    await restoreOldBackup();
    await expect(start()).rejects.toThrow(/it was sealed up to 15 and ends at 10.*events restored --reason/);
    await storeOn(db, undefined, fileOf()).repair.acceptRestoredBackup(justification);
    await start();
  });

  it('stops the start also if the same backup is restored again', async () => {
    await openShopWithSeals();
    await restoreOldBackup();
    await storeOn(db, undefined, fileOf()).repair.acceptRestoredBackup(justification);
    await restoreOldBackup();
    await expect(start()).rejects.toThrow(refused);
    expect((await storeOn(db, undefined, fileOf()).repair.acceptRestoredBackup(justification)).number).toBe(2);
    await start();
  });

  it('stops the start also after the file was lost once', async () => {
    await openShopWithSeals();
    const shop = await openShop(fileOf('new'));
    await restoreOldBackup();
    expect(await shop.store.verify()).toMatchObject({ ok: false, finding: 'behind', position: 11 });
    await expect(start(fileOf('new'))).rejects.toThrow(refused);
  });

  it('gives another error than a rewritten log whose records were deleted', async () => {
    await openShopWithSeals();
    await openShop(fileOf('new'));
    await rewriteLog();
    await tamper('delete from ordering.order_seal_records');
    await expect(start(fileOf('new'))).rejects.toThrow(/at position 20 it is not what was sealed.*events restored/);
  });
});

describe('Records that the shop has not signed', () => {
  /** Stores a record without a valid signature, as the database role of the shop can. */
  const forge = (number: number, body: object) =>
    db.query('select record_seal_decision($1, $2, $3, $4)', [number, JSON.stringify(body), 'x', '00']);
  const decision = { at: 0, who: 'x', reason: 'x' };
  const expectSealingWorks = async ({ appendOrders, sealer, store }: Awaited<ReturnType<typeof openShop>>) => {
    await appendOrders(1);
    await sealer.seal(await store.head());
    expect(await store.verify()).toMatchObject({ ok: true, sealedThrough: await store.head() });
  };

  it.each([
    ['has no effect', { ...decision, kind: 'adopted' }],
    ['declares all seals void', { ...decision, kind: 'resealed', after: 0, position: 999, voided: [10, 20] }],
    ['declares later records void', { ...decision, kind: 'disowned', disowned: [1, 2, 3, 4, 5, 6], digests: [] }],
  ])('stop the sealing until an operator declares them void, and are reported: a record that %s', async (_, body) => {
    const shop = await openShopWithSeals();
    await openShop(fileOf('other')); // this start writes record 1
    await shop.watch.checkSeals();
    await forge(2, body);
    await shop.appendOrders(1);
    await expect(shop.sealer.seal(21)).rejects.toThrow('record 2 of the log of seals is not signed by this shop');
    expect(await findings(shop)).toContainEqual(expect.objectContaining({ finding: 'records' }));
    expect(await shop.repair.reseal(justification)).toMatchObject({ number: 3 });
    await expectSealingWorks(shop);
    await expectSealingWorks(await openShop(fileOf('other')));
    await openShop(fileOf('third'));
    expect((await shop.store.verify()).remarks).toMatchObject([{ number: 1 }, { number: 3, kind: 'disowned', who: 'An', text: expect.stringContaining('2') }, { number: 4, kind: 'adopted' }]); // prettier-ignore
    const [event] = await shop.store.readLog(21, 1);
    expect((await shop.store.prove(event.streamId))!.records).toHaveLength(1);
    const lines: string[] = [];
    for await (const one of shop.store.export()) lines.push(one);
    expect(await checkExport(lines.map((one) => one.trimEnd()), key.trusted)).toMatchObject({ events: await shop.store.head() }); // prettier-ignore
  });

  it('can be declared void several times, and a lost seal is repaired at the same time', async () => {
    const shop = await openShopWithSeals();
    await forge(1, { ...decision, kind: 'resealed', after: 0, position: 999, voided: [] });
    await shop.repair.reseal(justification);
    await forge(3, { ...decision, kind: 'disowned', disowned: [2], digests: [] });
    await tamper('delete from ordering.order_seals where position = 20');
    expect(await shop.repair.reseal(justification)).toMatchObject({ number: 5 });
    await expectSealingWorks(shop);
    const { remarks } = await shop.store.verify();
    expect(remarks.map(({ number, kind }) => [number, kind])).toEqual([[2, 'disowned'], [4, 'disowned'], [5, 'resealed']]); // prettier-ignore
  });

  it('do not prevent that a restored backup is accepted', async () => {
    await openShopWithSeals();
    await restoreOldBackup();
    await forge(1, { ...decision, kind: 'adopted' });
    await storeOn(db, undefined, fileOf()).repair.acceptRestoredBackup(justification);
    await expectSealingWorks(await openShop());
  });

  it('are declared void, but a record that the shop has signed and that was changed is not', async () => {
    await openShopWithSeals();
    const other = await openShop(fileOf('other'));
    await tamper(`update ordering.order_seal_records set body = replace(body, 'was missing', 'was there')`);
    await expect(other.repair.reseal(justification)).rejects.toThrow('was changed');
  });

  it('can be stored only with the database function, and only after the last record', async () => {
    await openShopWithSeals();
    await expect(
      db.query(
        `insert into order_seal_records (number, body, key_id, signature) values (1, '{"kind":"adopted"}', 'x', '')`,
      ),
    ).rejects.toMatchObject({ code: '42501' });
    await expect(forge(20_000, { ...decision, kind: 'adopted' })).rejects.toMatchObject({ code: '23514' });
  });
});

describe('A false seal', () => {
  const storeFalseSeals = async () => {
    const hashes = new Map((await db.query<{ position: number; hash: string }>(
      `select position, encode(hash, 'hex') as hash from order_log`)).map(({ position, hash }) => [position, hash])); // prettier-ignore
    const [{ record }] = await db.query<{ record: number }>(
      'select coalesce(max(number), 0) as record from order_seal_records',
    );
    const store = (name: string, position: number, after: number) =>
      db.query<{ stored: boolean }>(
        `select ${name}($1, $2, '00', $3, $4, '00', now(), $5) as stored`,
        [position, after, hashes.get(position), key.id, record],
      ); // prettier-ignore
    const stored: boolean[] = [];
    for (const name of record > 0 ? ['seal_events', 'reseal_events'] : ['seal_events'])
      for (const [position, after] of [
        [2, 1],
        [12, 11],
        [20, 15],
        [25, 5],
        [25, 21],
        [25, 24],
      ])
        // prettier-ignore
        stored.push((await store(name, position, after))[0].stored);
    return stored;
  };

  it('cannot be stored with the role of the shop before the end of the newest seal, or after a gap', async () => {
    const shop = await openShopWithSeals();
    await shop.appendOrders(5);
    expect(new Set(await storeFalseSeals())).toEqual(new Set([false]));
    await shop.sealer.seal(25);
    expect(await shop.store.verify()).toMatchObject({ ok: true, sealedThrough: 25 });
  });

  it('cannot be stored between seals that were made again', async () => {
    const shop = await openShopWithSeals();
    await tamper('delete from ordering.order_seals where position = 10');
    await storeOn(db, undefined, fileOf()).repair.reseal(justification);
    await shop.appendOrders(5);
    const stored = await storeFalseSeals();
    expect(stored).toHaveLength(12);
    expect(new Set(stored)).toEqual(new Set([false]));
    await shop.sealer.seal(25);
    expect(await shop.store.verify()).toMatchObject({ ok: true, sealedThrough: 25 });
  });
});

describe('Seals that were made again', () => {
  const forge = (position: number, after: number) =>
    test.admin(`set role shop_ordering; insert into ordering.order_seals (position, after, root, hash, key_id, signature, sealed_at)
      values (${position}, ${after}, decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'), 'x', decode('00', 'hex'), now())`);

  it.each([
    ['the last seal was lost', () => tamper('delete from ordering.order_seals where position = 20')],
    ['a seal in the middle was lost', () => tamper('delete from ordering.order_seals where position = 10')],
    ['all seals were lost', () => tamper('delete from ordering.order_seals')],
    ['a seal was changed', () => tamper(`update ordering.order_seals set root = sha256('x') where position = 10`)],
    ['a false seal was added after the end', () => forge(23, 20)],
  ])('are valid when %s, and are reported', async (_, damage) => {
    const shop = await openShopWithSeals();
    await damage();
    expect((await shop.store.verify()).ok).toBe(false);
    await storeOn(db, undefined, fileOf()).repair.reseal(justification);
    expect(await shop.store.verify()).toMatchObject({ ok: true, sealedThrough: 20, remarks: [{ kind: 'resealed' }] });
    for (let n = 21; n <= 26; n++) {
      await shop.appendOrders(1);
      await shop.sealer.seal(n);
    }
    expect(await shop.store.verify()).toMatchObject({ ok: true, sealedThrough: 26 });
    expect(await (await openShop(fileOf('other'))).store.verify()).toMatchObject({ ok: true, sealedThrough: 26 });
    const [event] = await shop.store.readLog(21, 1);
    expect((await shop.store.prove(event.streamId))!.seals).toHaveLength(1);
  });

  it('are needed before the shop can seal after a false seal', async () => {
    const shop = await openShopWithSeals();
    await forge(23, 20);
    await shop.appendOrders(5);
    await expect(shop.sealer.seal(25)).rejects.toThrow('the seal at position 23 is not signed by this shop');
    expect(await readSealedPositions()).toEqual([10, 20, 23]);
  });

  it('are not made for a rewritten log, or if all seals are correct', async () => {
    await openShopWithSeals();
    await expect(storeOn(db, undefined, fileOf()).repair.reseal(justification)).rejects.toThrow(
      'there is nothing to repair',
    );
    await rewriteLog();
    await expect(storeOn(db, undefined, fileOf()).repair.reseal(justification)).rejects.toThrow(
      'a new seal cannot repair that',
    );
  });
});
