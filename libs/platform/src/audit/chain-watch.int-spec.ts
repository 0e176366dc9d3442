import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import type { Database } from '#database';
import { SealKey } from '#event-store';
import { SystemClock } from '#platform/system';
import { AuditTrail } from './audit-trail.store';
import { verifyAudit } from './chain-check';
import { AuditTrailHealth, AuditWatch } from './chain-watch';
import { AuditChain } from './chain.job';

const key = new SealKey(Buffer.alloc(32, 4).toString('base64'));
let test: TestDatabase;
let db: Database;
let folder: string;

beforeEach(async () => {
  test = await testDatabase();
  db = test.of('audit');
  folder = mkdtempSync(join(tmpdir(), 'audit-watch-'));
});
afterEach(async () => {
  await test.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** One process of the shop. Processes with the same file are on one machine. */
function openProcess(file = join(folder, 'anchor-audit')) {
  const watch = new AuditWatch(db, key, file);
  return { watch, chain: new AuditChain(db, key, new SystemClock(), watch) };
}
async function writeEntries(count: number): Promise<void> {
  for (let n = 0; n < count; n++)
    await new AuditTrail(db).begin({
      ...{ id: randomUUID(), actor: 'an', role: 'admin', channel: 'api', operation: 'makeThing' },
      ...{ request: 'POST /things', targets: [], reason: null, requestId: null },
    });
}
/** Writes 3 entries and seals them, then writes 2 more entries and seals them. */
async function writeAndSeal() {
  const shop = openProcess();
  for (const count of [3, 2]) {
    await writeEntries(count);
    await shop.chain.tick();
  }
  return shop;
}
const tamper = (sql: string) =>
  test.admin(`do $$ begin set local session_replication_role = replica; set local search_path = audit; ${sql}; end $$`);
const cutOffEnd = () =>
  tamper(`delete from entries where id in (select row_id from chain where position > 3);
    delete from chain where position > 3; delete from seals where position > 3`);
const seals = async () => (await test.admin<{ position: number }>('select position::int from audit.seals order by 1')).map(({ position }) => position); // prettier-ignore

describe('AuditWatch', () => {
  it('accepts the seals of this process and of other processes', async () => {
    const { watch } = await writeAndSeal();
    const elsewhere = openProcess(join(folder, 'another-machine'));
    await elsewhere.watch.checkSeals();
    await writeEntries(1);
    await elsewhere.chain.tick();
    expect([await watch.checkSeals(), await elsewhere.watch.checkSeals()]).toEqual([undefined, undefined]);
    expect(await seals()).toEqual([3, 5, 6]);
  });

  it.each([
    ['the end of the trail and its seals are deleted', cutOffEnd, 'was sealed up to 5 and ends at 3'],
    ['the newest seal is deleted', () => tamper('delete from seals where position = 5'), 'lost its seal at position 5'],
    [
      'the chain is computed again',
      () => tamper(`update chain set hash = sha256('x') where position = 5`),
      'not what was sealed at position 5',
    ],
  ])(
    'finds a fault if %s, also after a restart, and seals nothing while there is a fault',
    async (_, change, fault) => {
      const { watch, chain } = await writeAndSeal();
      await change();
      await writeEntries(2);
      await chain.tick();
      expect(watch.fault).toContain(fault);
      await expect(new AuditTrailHealth(() => watch.fault).check()).rejects.toThrow(fault);
      const again = openProcess();
      await again.watch.onApplicationBootstrap();
      await again.chain.tick();
      expect(again.watch.fault).toContain(fault);
      expect((await seals()).filter((position) => position > 5)).toEqual([]);
      const verdict = await verifyAudit(db, key, { findOtherFault: () => again.watch.checkSeals() });
      expect(verdict).toMatchObject({ valid: false });
    },
  );

  it('finds a fault during a verification that the database alone cannot show', async () => {
    const { watch } = await writeAndSeal();
    await cutOffEnd();
    expect(await verifyAudit(db, key)).toMatchObject({ valid: true, checked: 3 });
    expect(await verifyAudit(db, key, { findOtherFault: () => watch.checkSeals() })).toMatchObject({
      ...{ valid: false, reason: 'the audit trail was sealed up to 5 and ends at 3' },
    });
  });

  it('finds one missing line, and notices when the line is restored', async () => {
    const { watch, chain } = await writeAndSeal();
    await tamper(
      `create table public.gone as table entries; delete from entries where id = (select row_id from chain where position = 2)`,
    );
    await chain.tick();
    expect(watch.fault).toContain('is gone');
    await tamper('insert into entries table public.gone on conflict do nothing');
    await chain.tick();
    expect(watch.fault).toBeUndefined();
  });

  it('finds a false seal after the remembered seal', async () => {
    const { watch } = await writeAndSeal();
    await writeEntries(1);
    const otherKey = new SealKey(Buffer.alloc(32, 5).toString('base64'));
    await new AuditChain(db, otherKey, new SystemClock()).extend();
    expect(await watch.checkSeals()).toContain('a false seal at position 6');
  });

  it('continues from an older trail after an operator has confirmed a restored backup', async () => {
    const { watch, chain } = await writeAndSeal();
    await cutOffEnd();
    expect(await watch.checkSeals()).toBeDefined();
    await watch.onRestored();
    await writeEntries(1);
    await chain.tick();
    expect(watch.fault).toBeUndefined();
    expect(await seals()).toEqual([3, 4]);
  });

  it('logs no fault while an operator confirms a restored backup', async () => {
    await writeAndSeal();
    await cutOffEnd();
    const logged = jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    await openProcess().watch.onRestored();
    expect(logged).not.toHaveBeenCalled();
    logged.mockRestore();
    expect(await openProcess().watch.checkSeals()).toBeUndefined();
  });
});
