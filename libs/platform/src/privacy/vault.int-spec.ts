import { isSealed, type Sealed } from '#kernel';
import { SystemIds } from '#platform/system';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { keyEncryptionKey, KeyVault, SubjectErased, SubjectKeys } from '.';

let test: TestDatabase;
const ids = new SystemIds();
const secret = Buffer.alloc(32, 3).toString('base64');
const vaultOf = (database = test.of('privacy'), from = secret) =>
  new KeyVault(new SubjectKeys(database, keyEncryptionKey(from)));

beforeAll(async () => (test = await testDatabase()));
afterAll(() => test.drop());

describe('The vault', () => {
  it('opens what it sealed, in this process and in another', async () => {
    const vault = vaultOf();
    const subject = ids.next();
    const sealed = await vault.seal(subject, 'Nguyễn Thị Hoa');
    expect(isSealed(sealed)).toBe(true);
    expect(sealed.sealed).toMatch(/^v1\.[\w-]{16}\.[\w-]+$/);
    expect(JSON.stringify(sealed)).not.toContain('Hoa');
    expect((await vault.seal(subject, 'Nguyễn Thị Hoa')).sealed).not.toBe(sealed.sealed);
    expect(await vault.open(sealed)).toBe('Nguyễn Thị Hoa');
    expect(await vaultOf().open(JSON.parse(JSON.stringify(sealed)) as Sealed)).toBe('Nguyễn Thị Hoa');
  });

  it('makes one key for a subject that many seal for at once', async () => {
    const subject = ids.next();
    const vaults = Array.from({ length: 4 }, () => vaultOf());
    const sealed = await Promise.all(
      vaults.flatMap((vault, n) => Array.from({ length: 4 }, () => vault.seal(subject, `${n}`))),
    );
    const opened = await Promise.all(sealed.map((one) => vaultOf().open(one)));
    expect(new Set(opened)).toEqual(new Set(['0', '1', '2', '3']));
  });

  it('opens everything inside a value with one question', async () => {
    const database = test.of('privacy');
    const writer = vaultOf();
    const at = new Date();
    const [hoa, lan, gone] = [ids.next(), ids.next(), ids.next()];
    const value = {
      list: [
        { name: await writer.seal(hoa, 'Hoa'), n: 1 },
        { name: await writer.seal(lan, 'Lan'), n: 2 },
      ],
      phone: await writer.seal(gone, '0901'),
      none: null,
      at,
    };
    await writer.destroy(gone);
    const asked = jest.spyOn(database, 'query');
    expect(await vaultOf(database).openAll(value)).toEqual({
      list: [
        { name: 'Hoa', n: 1 },
        { name: 'Lan', n: 2 },
      ],
      phone: { erased: true },
      none: null,
      at,
    });
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it('forgets for good: nothing is opened, nothing is sealed any more', async () => {
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
    const never = ids.next();
    await vault.destroy(never);
    await expect(vault.seal(never, 'x')).rejects.toThrow(SubjectErased);
  });

  it('does not open what was tampered with, moved to another subject, or wrapped by another key', async () => {
    const vault = vaultOf();
    const [hoa, lan] = [ids.next(), ids.next()];
    const sealed = await vault.seal(hoa, 'Hoa');
    await vault.seal(lan, 'Lan');
    const [form, nonce, body] = sealed.sealed.split('.') as [string, string, string];
    const changed = `${form}.${nonce}.${body.startsWith('A') ? 'B' : 'A'}${body.slice(1)}`;
    await expect(vault.open({ ...sealed, sealed: changed })).rejects.toThrow();
    await expect(vault.open({ ...sealed, subject: lan })).rejects.toThrow();
    await expect(vaultOf(undefined, Buffer.alloc(32, 4).toString('base64')).open(sealed)).rejects.toThrow();
  });
});
