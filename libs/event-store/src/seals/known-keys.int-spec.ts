import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import type { Database } from '#database';
import { MacKey } from '#platform/macs';
import { SealKey } from './seal-key';
import { EVENT_MAC_KEY, happening, ids, key, storeOn } from '../testing/store';

const secret = (byte: number) => Buffer.alloc(32, byte).toString('base64');
const sealKey = new SealKey(secret(1));
const eventKey = new MacKey(secret(2));

let test: TestDatabase;
let db: Database;
let folder: string;

beforeEach(async () => {
  test = await testDatabase();
  db = test.of('ordering');
  folder = mkdtempSync(join(tmpdir(), 'known-keys-'));
});
afterEach(async () => {
  await test.drop();
  rmSync(folder, { recursive: true, force: true });
});

const tamper = (sql: string) => test.admin(`do $$ begin set local session_replication_role = replica; ${sql}; end $$`);
const shopWith = (keys: Parameters<typeof storeOn>[3] = {}) => storeOn(db, undefined, join(folder, 'anchor'), keys);
const start = (keys: Parameters<typeof storeOn>[3] = {}) => shopWith(keys).watch.onModuleInit();

/** Appends events, and seals them. */
async function appendAndSeal(shop: ReturnType<typeof storeOn>) {
  const run = await shop.sequencer.begin();
  for (let n = 0; n < 3; n++) {
    await shop.store.append(happening(ids.next(), 0, [{ n }]));
    await run();
  }
  await shop.sealer.seal(await shop.store.head());
}

describe('A shop in production', () => {
  it('starts on a new log with any keys, and later only if these keys are its present or former keys', async () => {
    await start({ sealKey, eventKey });
    await start();
    await appendAndSeal(shopWith());
    await start();
    await expect(start({ sealKey })).rejects.toThrow(/^SEAL_SIGNING_KEY is not.*position 3 .*SEAL_FORMER_KEYS/);
    await expect(start({ eventKey })).rejects.toThrow(/^EVENT_MAC_KEY is not.*position 3 .*EVENT_FORMER_KEYS/);
    await start({
      sealKey: new SealKey(secret(1), [`public:${key.trusted.all[0].publicKey}`]),
      eventKey: new MacKey(secret(2), [EVENT_MAC_KEY]),
    });
    expect((await shopWith().store.verify()).remarks).toEqual([]);
  });

  it('refuses to start with a wrong key, and records nothing, if the file of the newest seal is missing', async () => {
    await appendAndSeal(shopWith());
    await expect(start({ sealKey })).rejects.toThrow('SEAL_SIGNING_KEY');
    expect(await test.admin('select number from ordering.order_seal_records')).toEqual([]);
  });

  it('starts although one event was changed and a false seal comes after the remembered seal', async () => {
    await start();
    await appendAndSeal(shopWith());
    await tamper(`update ordering.order_events set event_data = '{"n": 99}'
      where id = (select event_id from ordering.order_log where position = 3)`);
    await tamper(`insert into ordering.order_seals select position + 5, position, root, hash, 'nobody', signature, sealed_at
      from ordering.order_seals`);
    await start();
    expect(await shopWith().store.verify()).toMatchObject({ ok: false });
  });

  it('checks its key with the signed end of format 1, if there are no events with a MAC', async () => {
    await shopWith().sequencer.begin();
    await expect(start({ eventKey })).rejects.toThrow('the stored position up to which events have no MAC');
    await start();
  });

  it('does not seal after a seal of another key, although the file of the newest seal contains that seal', async () => {
    await start();
    await appendAndSeal(shopWith({ sealKey, eventKey: new MacKey(EVENT_MAC_KEY) }));
    const shopWithRightKeys = shopWith();
    await expect(shopWithRightKeys.watch.onModuleInit()).rejects.toThrow('SEAL_SIGNING_KEY');
    const run = await shopWithRightKeys.sequencer.begin();
    await shopWithRightKeys.store.append(happening(ids.next(), 0));
    await run();
    await expect(shopWithRightKeys.sealer.seal(4)).rejects.toThrow('the seal at position 3 is not signed by this shop');
    expect(shopWithRightKeys.seals.problem).toContain('the seal at position 3 is not signed by this shop');
  });
});

it('An operator cannot seal everything anew with another key', async () => {
  await start();
  await appendAndSeal(shopWith());
  const justification = { who: 'An', reason: 'a test' };
  await expect(shopWith({ sealKey }).repair.reseal(justification)).rejects.toThrow(
    'No seal is signed with SEAL_SIGNING_KEY',
  );
  expect(await test.admin('select number from ordering.order_seal_records')).toEqual([]);
});
