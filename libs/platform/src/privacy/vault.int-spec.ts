import { Logger } from '@nestjs/common';
import { register } from 'prom-client';
import { isSealed, type Sealed, type Uuid } from '#kernel';
import type { Config } from '#platform/config';
import { SystemIds } from '#platform/system';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { keyEncryptionKey, KeyVault, SubjectErased, SubjectKeys, WrongPersonalDataKey } from '.';
import { PersonalDataKeyCheck } from './personal-data-key-check';

const unreadableValue = { unreadable: true };
const countUnreadable = async (cause: string): Promise<number> => {
  const metric = (await register.getSingleMetric('shop_sealed_values_unreadable_total')!.get()).values;
  return metric.find(({ labels }) => labels['cause'] === cause)?.value ?? 0;
};

let test: TestDatabase;
const ids = new SystemIds();
const secret = Buffer.alloc(32, 3).toString('base64');
const vaultOf = (database = test.of('privacy'), personalDataKey = secret) =>
  new KeyVault(new SubjectKeys(database, keyEncryptionKey(personalDataKey)));

beforeAll(async () => {
  Logger.overrideLogger(false);
  test = await testDatabase();
});
afterAll(async () => {
  Logger.overrideLogger(['log', 'error', 'warn']);
  await test.drop();
});

describe('The vault', () => {
  it('opens values that were sealed in another process', async () => {
    const vault = vaultOf();
    const subject = ids.next();
    const sealed = await vault.seal(subject, 'Nguyễn Thị Hoa');
    expect(isSealed(sealed)).toBe(true);
    expect(sealed.sealed).toMatch(/^v1\.[\w-]{16}\.[\w-]+\.[\w-]{8}$/);
    expect(JSON.stringify(sealed)).not.toContain('Hoa');
    expect((await vault.seal(subject, 'Nguyễn Thị Hoa')).sealed).not.toBe(sealed.sealed);
    expect(await vault.open(sealed)).toBe('Nguyễn Thị Hoa');
    expect(await vaultOf().open(JSON.parse(JSON.stringify(sealed)) as Sealed)).toBe('Nguyễn Thị Hoa');
  });

  it('creates one key for a subject, even if several processes seal at once', async () => {
    const subject = ids.next();
    const vaults = Array.from({ length: 4 }, () => vaultOf());
    const sealed = await Promise.all(
      vaults.flatMap((vault, n) => Array.from({ length: 4 }, () => vault.seal(subject, `${n}`))),
    );
    const opened = await Promise.all(sealed.map((one) => vaultOf().open(one)));
    expect(new Set(opened)).toEqual(new Set(['0', '1', '2', '3']));
  });

  it('opens all values inside an object with one query', async () => {
    const database = test.of('privacy');
    const writer = vaultOf();
    const at = new Date();
    const [hoa, lan, erasedPerson] = [ids.next(), ids.next(), ids.next()];
    const value = {
      list: [
        { name: await writer.seal(hoa, 'Hoa'), n: 1 },
        { name: await writer.seal(lan, 'Lan'), n: 2 },
      ],
      phone: await writer.seal(erasedPerson, '0901'),
      none: null,
      at,
    };
    await writer.destroy(erasedPerson);
    const querySpy = jest.spyOn(database, 'query');
    expect(await vaultOf(database).openAll(value)).toEqual({
      list: [
        { name: 'Hoa', n: 1 },
        { name: 'Lan', n: 2 },
      ],
      phone: { erased: true },
      none: null,
      at,
    });
    expect(querySpy).toHaveBeenCalledTimes(1);
  });

  it('erases for ever: nothing can be opened or sealed any more', async () => {
    const vault = vaultOf();
    const subject = ids.next();
    const sealed = await vault.seal(subject, 'Hoa');
    await vault.destroy(subject);
    await vault.destroy(subject);
    for (const one of [vault, vaultOf()]) {
      expect(await one.open(sealed)).toEqual({ erased: true });
      await expect(one.seal(subject, 'Hoa')).rejects.toThrow(SubjectErased);
    }
    const [row] = await test.admin<object>('select wrapped from privacy.subject_keys where subject = $1', [subject]);
    expect(row).toEqual({ wrapped: null });
    const neverSealed = ids.next();
    await vault.destroy(neverSealed);
    await expect(vault.seal(neverSealed, 'x')).rejects.toThrow(SubjectErased);
  });

  it('shows a value as unreadable if it was changed, moved to another subject, or sealed with another secret', async () => {
    const vault = vaultOf();
    const [hoa, lan] = [ids.next(), ids.next()];
    const value = await vault.seal(hoa, 'Hoa');
    await vault.seal(lan, 'Lan');
    const [form, nonce, body] = value.sealed.split('.') as [string, string, string];
    const changed = `${form}.${nonce}.${body.startsWith('A') ? 'B' : 'A'}${body.slice(1)}`;
    const vaultWithOtherSecret = vaultOf(undefined, Buffer.alloc(32, 4).toString('base64'));
    expect(await vault.open({ ...value, sealed: changed })).toEqual(unreadableValue);
    expect(await vault.open({ ...value, subject: lan })).toEqual(unreadableValue);
    expect(await vault.open({ ...value, subject: 'nobody' })).toEqual(unreadableValue);
    expect(await vaultWithOtherSecret.open(value)).toEqual(unreadableValue);
    await expect(vaultWithOtherSecret.seal(hoa, 'Hoa')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await vaultWithOtherSecret.sealWithExistingKey(hoa, 'Hoa')).toBeNull();
  });
});

describe('A lost key', () => {
  const deleteKey = (subject: Uuid) => test.admin('delete from privacy.subject_keys where subject = $1', [subject]);
  const keysOf = (subject: Uuid) => test.admin('select 1 from privacy.subject_keys where subject = $1', [subject]);
  let errorSpy: jest.SpyInstance;
  beforeEach(() => (errorSpy = jest.spyOn(Logger.prototype, 'error').mockReturnValue()));
  afterEach(() => errorSpy.mockRestore());

  it('makes the values of its subject unreadable, not erased: each value is counted, and the subject is logged once', async () => {
    const subject = ids.next();
    const value = await vaultOf().seal(subject, 'Hoa');
    await deleteKey(subject);
    const before = await countUnreadable('no-key');
    const vault = vaultOf();
    expect(await vault.openAll({ name: value, note: value })).toEqual({ name: unreadableValue, note: unreadableValue });
    expect(await vault.open(value)).toEqual(unreadableValue);
    expect((await countUnreadable('no-key')) - before).toBe(3);
    expect(errorSpy.mock.calls).toEqual([[expect.stringContaining(`${subject} cannot be read`)]]);
  });

  it('is not created again to seal another text of the subject', async () => {
    const subject = ids.next();
    const vault = vaultOf();
    await vault.seal(subject, 'Hoa');
    const more = (await vault.sealWithExistingKey(subject, 'more'))!;
    expect(await vaultOf().open(more)).toBe('more');
    await deleteKey(subject);
    expect(await vaultOf().sealWithExistingKey(subject, 'more')).toBeNull();
    expect(await keysOf(subject)).toEqual([]);
    await vault.destroy(subject);
    await expect(vaultOf().sealWithExistingKey(subject, 'more')).rejects.toThrow(SubjectErased);
  });

  it('is not created again for a subject with sealed values: sealing is refused, and the log says so', async () => {
    const subject = ids.next();
    const earlier = await vaultOf().seal(subject, 'earlier');
    await vaultOf().seal(subject, 'more', { hasSealed: true });
    const [{ wrapped }] = await test.admin<{ wrapped: Buffer }>(
      'select wrapped from privacy.subject_keys where subject = $1',
      [subject],
    );
    await deleteKey(subject);
    const vault = vaultOf();
    for (const text of ['a', 'b'])
      await expect(vault.seal(subject, text, { hasSealed: true })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await keysOf(subject)).toEqual([]);
    expect(errorSpy.mock.calls).toEqual([[expect.stringContaining(`Nothing can be written about ${subject}`)]]);
    await test.admin('insert into privacy.subject_keys (subject, wrapped) values ($1, $2)', [subject, wrapped]);
    const later = await vaultOf().seal(subject, 'later', { hasSealed: true });
    expect(await vaultOf().openAll([earlier, later])).toEqual(['earlier', 'later']);
  });

  it('is distinguished from a destroyed key', async () => {
    const vault = vaultOf();
    const [withKey, lost, destroyed] = [ids.next(), ids.next(), ids.next()];
    for (const subject of [withKey, lost, destroyed]) await vault.seal(subject, 'x');
    await deleteKey(lost);
    await vault.destroy(destroyed);
    expect(await vault.findWithoutKey([withKey, lost, destroyed])).toEqual([lost]);
  });
});

describe('PERSONAL_DATA_KEY', () => {
  const check = (profile: 'demo' | 'production', personalDataKey: string) =>
    new PersonalDataKeyCheck(new SubjectKeys(test.of('privacy'), keyEncryptionKey(personalDataKey)), {
      profile,
    } as Config).onModuleInit();

  it('is refused at the start of a production shop if it unwraps no key', async () => {
    const other = Buffer.alloc(32, 4).toString('base64');
    await vaultOf().seal(ids.next(), 'Hoa');
    await expect(check('production', other)).rejects.toThrow(WrongPersonalDataKey);
    await check('production', secret);
    await check('demo', other);
  });
});
