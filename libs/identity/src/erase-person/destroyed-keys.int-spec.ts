import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { ErasedSubjects, type Vault } from '#platform/privacy';
import { KeyVault } from '../../../platform/src/privacy/key-vault';
import { newKey } from '../../../platform/src/privacy/sealing';
import { SubjectKeys } from '../../../platform/src/privacy/subject-keys.store';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { DestroyedKeys, DestroyedKeysHealth } from './destroyed-keys.job';
import { Erasures } from './erasures.store';

const folder = mkdtempSync(join(tmpdir(), 'destroyed-keys-'));
const file = join(folder, 'erased-subjects');
const aSubject = () => randomUUID() as Uuid;

let test: TestDatabase;
let vault: Vault;
let erasures: Erasures;
let list: ErasedSubjects;
const loggedErrors = jest.spyOn(Logger.prototype, 'error').mockImplementation();

beforeAll(async () => {
  test = await testDatabase();
  vault = new KeyVault(new SubjectKeys(test.of('privacy'), newKey()));
  erasures = new Erasures(test.of('identity'));
  list = new ErasedSubjects(file);
}, 60_000);
afterAll(async () => {
  await test.drop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => loggedErrors.mockClear());

async function checkOnce(): Promise<{ trouble?: string; errors: string[] }> {
  const keys = new DestroyedKeys(vault, erasures, list);
  await keys.check();
  return { trouble: keys.trouble, errors: loggedErrors.mock.calls.map(([line]) => String(line)) };
}

describe('A key that was destroyed', () => {
  it('counts as an erasure if an erasure was requested, or if the list outside the database has the person', async () => {
    const [requested, listed] = [aSubject(), aSubject()];
    await erasures.begin(aSubject(), requested, 'customer');
    await list.add([{ subject: listed, kind: 'guest' }], new Date());
    await Promise.all([requested, listed].map((subject) => vault.destroy(subject)));
    expect(await checkOnce()).toEqual({ trouble: undefined, errors: [] });
  });

  it('is reported once if no erasure was requested, until it is restored', async () => {
    const subject = aSubject();
    await vault.seal(subject, 'An');
    const keys = new DestroyedKeys(vault, erasures, list);
    const health = new DestroyedKeysHealth(keys);
    await keys.check();
    await expect(health.check()).resolves.toBeUndefined();

    await test.admin(`create table public.kept as select * from privacy.subject_keys where subject = $1`, [subject]);
    await test.admin(`update privacy.subject_keys set wrapped = null, destroyed_at = '2020-01-01' where subject = $1`, [subject]); // prettier-ignore
    // Another row with a destroyed key is deleted too, so that the number of destroyed keys stays the same.
    await test.admin(`delete from privacy.subject_keys where subject = (
      select subject from privacy.subject_keys where destroyed_at is not null and subject <> $1 limit 1)`, [subject]); // prettier-ignore
    await keys.check();
    await keys.check();
    expect(loggedErrors.mock.calls.map(([line]) => String(line))).toEqual([
      expect.stringContaining(`The key of ${subject} was destroyed without an erasure`),
    ]);
    await expect(health.check()).rejects.toThrow('1 keys of customers or guests were destroyed without an erasure');

    await test.admin(`delete from privacy.subject_keys where subject = $1`, [subject]);
    await test.admin(`insert into privacy.subject_keys select * from public.kept`);
    await keys.check();
    await expect(health.check()).resolves.toBeUndefined();
  });

  it('cannot be deleted or replaced by the database role that works with keys', async () => {
    const subject = aSubject();
    await vault.seal(subject, 'An');
    const db = test.of('privacy');
    await expect(db.query(`delete from subject_keys where subject = $1`, [subject])).rejects.toThrow('permission denied'); // prettier-ignore
    await expect(
      db.query(`update subject_keys set wrapped = decode('01', 'hex') where subject = $1`, [subject]),
    ).rejects.toThrow('append-only');
    await vault.destroy(subject);
    await expect(
      db.query(`update subject_keys set wrapped = decode('01', 'hex'), destroyed_at = null where subject = $1`, [subject]), // prettier-ignore
    ).rejects.toThrow('append-only');
  });
});
