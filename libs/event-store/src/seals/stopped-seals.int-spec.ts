import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { register } from 'prom-client';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import type { Database } from '#database';
import { happening, ids, storeOn } from '../testing/store';

let test: TestDatabase;
let db: Database;
let folder: string;
let file: string;

beforeEach(async () => {
  test = await testDatabase();
  db = test.of('ordering');
  folder = mkdtempSync(join(tmpdir(), 'stopped-seals-'));
  file = join(folder, 'anchor');
});
afterEach(async () => {
  await test.drop();
  for (const one of [folder, `${folder}.away`]) rmSync(one, { recursive: true, force: true });
});

const tamper = (sql: string) => test.admin(`do $$ begin set local session_replication_role = replica; ${sql}; end $$`);
const readMetric = async (name: string) => (await register.getSingleMetric(name)!.get()).values[0].value;

async function openShop() {
  const shop = storeOn(db, undefined, file);
  await shop.watch.onModuleInit();
  const run = await shop.sequencer.begin();
  const appendOne = async () => {
    await shop.store.append(happening(ids.next(), 0));
    await run();
  };
  await appendOne();
  await shop.sealer.seal(1);
  await appendOne();
  await shop.watch.checkSeals();
  expect([shop.seals.problem, await readMetric('shop_seals_disagree')]).toEqual([undefined, 0]);
  return { ...shop, appendOne };
}

describe('The shop reports that nothing can be sealed, if', () => {
  it('the file of the newest seal is damaged', async () => {
    const { seals, sealer, store, watch, appendOne } = await openShop();
    const kept = readFileSync(file);
    writeFileSync(file, '{"posi');
    await expect(sealer.seal(2)).rejects.toThrow(
      `${file}, which cannot be used (it is damaged): put a copy of it back`,
    );
    await watch.checkSeals();
    expect(seals.problem).toContain('it is damaged');
    expect(await readMetric('shop_seals_disagree')).toBe(1);
    await expect(store.verify()).rejects.toMatchObject({
      code: 'SEAL_ANCHOR_UNUSABLE',
      kind: 'unavailable',
      params: { reason: 'it is damaged' },
    });
    const next = storeOn(db, undefined, file);
    await next.store.append(happening(ids.next(), 0));
    expect(await (await next.sequencer.begin())()).toBe(1); // numbering does not wait for seals
    writeFileSync(file, kept);
    await expect(appendOne()).rejects.toThrow('does not end at position 2'); // the other process has numbered an event meanwhile
    await sealer.seal(3);
    await watch.checkSeals();
    expect([seals.problem, await readMetric('shop_seals_disagree')]).toEqual([undefined, 0]);
  });

  it('the file of the newest seal cannot be read or written', async () => {
    const { seals, sealer, watch } = await openShop();
    renameSync(folder, `${folder}.away`);
    writeFileSync(folder, ''); // a file in place of the folder
    await expect(sealer.seal(2)).rejects.toThrow(`${file}, which cannot be used`);
    expect(seals.problem).toContain('let the shop’s user read and write this file');
    rmSync(folder);
    renameSync(`${folder}.away`, folder);
    await watch.checkSeals();
    expect(seals.problem).toBeUndefined();
  });

  it('the shop did not append an event that waits for its seal', async () => {
    const { seals, watch } = await openShop();
    await tamper(`update ordering.order_events set mac = sha256('x')
      where id = (select event_id from ordering.order_log where position = 2)`);
    const next = storeOn(db, undefined, file); // this process has not numbered the event
    await next.sequencer.begin();
    await expect(next.sealer.seal(2)).rejects.toThrow('position 2 was not appended by this shop');
    await next.watch.checkSeals();
    expect(next.seals.problem).toContain('position 2 was not appended by this shop');
    expect(await readMetric('shop_seals_disagree')).toBe(1);
    expect(seals.problem).toBeUndefined(); // a process that does not seal notices only a long wait
    await tamper(`update ordering.order_events set "timestamp" = now() - interval '2 minutes'
      where id = (select event_id from ordering.order_log where position = 2)`);
    await watch.checkSeals();
    expect(seals.problem).toMatch(/has waited for its seal for 12\d s/);
    expect(await readMetric('shop_log_unsealed_seconds')).toBeCloseTo(120, -1);
  });
});
