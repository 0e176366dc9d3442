import { generateKeyPairSync } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { Config } from '#platform/config';
import { MacKey } from '#platform/macs';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { macText } from './sealed-key.adapter';
import { SigningKeyRows } from './signing-keys.store';
import { TokenKeys } from './token-keys.adapter';

const LIFE_S = 900;

describe('The keys that sign access tokens', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    Logger.overrideLogger(false);
    test = await testDatabase();
  });
  afterEach(() => test.admin('delete from identity.signing_keys'));
  afterAll(() => test.drop());

  const macKey = new MacKey(Buffer.alloc(32, 8).toString('base64'));
  const keysWith = (tokenSecret: string) => {
    const config = { tokenSecret, accessTokenTtlSeconds: LIFE_S } as Config;
    return new TokenKeys(new SigningKeyRows(test.of('identity')), config, macKey);
  };
  const kidsOf = async (keys: TokenKeys) => (await keys.jwks()).keys.map(({ kid }) => kid);
  /** Changes the retired keys as if they had been retired `seconds` ago. */
  async function setRetiredAgo(seconds: number): Promise<void> {
    await test.admin(
      `update identity.signing_keys set retired_at = now() - $1 * interval '1 second' where retired_at < now()`,
      [seconds],
    );
    for (const row of await new SigningKeyRows(test.of('identity')).recent(LIFE_S * 2))
      await test.admin('update identity.signing_keys set mac = $2 where kid = $1', [row.kid, macKey.of(macText(row))]);
  }

  it('are replaced when the secret changes; the former key still verifies its tokens until they expire', async () => {
    const { kid: former } = await keysWith('a secret').current();
    const changed = keysWith('another secret');
    const { kid } = await changed.current();
    expect(kid).not.toBe(former);
    expect([await changed.find(former), await changed.find(kid)]).toEqual([expect.anything(), expect.anything()]);
    expect((await kidsOf(changed)).sort()).toEqual([former, kid].sort());

    await setRetiredAgo(LIFE_S - 30);
    expect(await keysWith('another secret').find(former)).toBeDefined();
    await setRetiredAgo(LIFE_S + 1);
    const later = keysWith('another secret');
    expect(await later.find(former)).toBeUndefined();
    expect(await kidsOf(later)).toEqual([kid]);
  });

  it('are no longer valid after their last token has expired, also in a process that keeps running', async () => {
    const { kid: former } = await keysWith('a secret').current();
    await keysWith('another secret').current();
    await setRetiredAgo(LIFE_S - 60);
    const keys = keysWith('another secret');
    expect(await keys.find(former)).toBeDefined();
    const later = performance.now() + 61_000;
    jest.spyOn(performance, 'now').mockReturnValue(later);
    try {
      expect(await keys.find(former)).toBeUndefined();
    } finally {
      jest.restoreAllMocks();
    }
  });

  describe('if the shop did not write them', () => {
    const FORGED = 'attackerkey00001';
    const foreignJwk = () => JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })); // prettier-ignore
    const insertKey = (kid: string, jwk: string, sealed: string, retiredAt = 'null') =>
      test.admin(
        `insert into identity.signing_keys (kid, public_jwk, private_sealed, retired_at) values ($1, $2, $3, ${retiredAt})`,
        [kid, jwk, sealed],
      );
    const readKeys = async () => {
      const keys = keysWith('a secret');
      await keys.readAgain();
      return keys;
    };

    it.each([
      ['in use', 'null'],
      ['retired', 'now()'],
      ['retired in the future', `now() + interval '1 day'`],
    ])('are not trusted: a public key without its private key, %s', async (_, retiredAt) => {
      const running = keysWith('a secret');
      const { kid } = await running.current();
      await insertKey(FORGED, foreignJwk(), 'junk', retiredAt);
      for (const keys of [running, keysWith('a secret')]) {
        await keys.readAgain();
        expect([await keys.find(FORGED), await kidsOf(keys), (await keys.current()).kid]).toEqual([undefined, [kid], kid]); // prettier-ignore
        expect(keys.trouble).toMatch(/^1 signing keys .* attackerkey00001: its private key cannot be decrypted/);
      }
      await test.admin('delete from identity.signing_keys where kid = $1', [FORGED]);
      await running.readAgain();
      expect(running.trouble).toBeUndefined();
    });

    it('are not trusted: a public key that is stored with the private key of the shop', async () => {
      const { kid } = await keysWith('a secret').current();
      const [{ private_sealed: sealed }] = await test.admin<{ private_sealed: string }>('select private_sealed from identity.signing_keys'); // prettier-ignore
      await insertKey(FORGED, foreignJwk(), sealed);
      const keys = await readKeys();
      expect([await keys.find(FORGED), await kidsOf(keys)]).toEqual([undefined, [kid]]);
      expect(keys.trouble).toMatch(/does not belong to its private key/);
    });

    it('do not stop log-ins, even if no good key is left', async () => {
      const { kid } = await keysWith('a secret').current();
      await test.admin(`update identity.signing_keys set public_jwk = $1`, [foreignJwk()]);
      await insertKey('no-key-at-all', '{}', 'junk');
      const keys = await readKeys();
      const { kid: fresh } = await keys.current();
      expect([await kidsOf(keys), await keys.find(kid)]).toEqual([[fresh], undefined]);
      expect(keys.trouble).toMatch(/^2 signing keys/);
      await keysWith('another secret').current(); // a new secret does not make the foreign keys trusted
      expect(await keysWith('another secret').find(kid)).toBeUndefined();
    });

    it('are not trusted: a key of a former secret that is put back in use, or retired again', async () => {
      const { kid: former } = await keysWith('a secret').current();
      const [{ mac }] = await test.admin<{ mac: Buffer }>('select mac from identity.signing_keys');
      const { kid } = await keysWith('another secret').current();
      const change = (retiredAt: string) =>
        test.admin(`update identity.signing_keys set retired_at = ${retiredAt}, mac = $2 where kid = $1`, [
          former,
          mac,
        ]);
      for (const retiredAt of ['null', `now() - interval '1 second'`]) {
        await change(retiredAt);
        expect(await kidsOf(keysWith('another secret'))).toEqual([kid]);
      }
    });
  });

  it('of older builds get a MAC, so that their tokens stay valid after the secret changes', async () => {
    const { kid } = await keysWith('a secret').current();
    await test.admin('update identity.signing_keys set mac = null');
    await keysWith('a secret').readAgain();
    expect(await keysWith('another secret').find(kid)).toBeDefined();
  });

  it('that another process has retired are no longer valid in a process that keeps running', async () => {
    const running = keysWith('a secret');
    const { kid: former } = await running.current();
    const { kid } = await keysWith('another secret').current();
    await setRetiredAgo(LIFE_S + 1);
    await running.readAgain();
    expect(await running.find(former)).toBeUndefined();
    expect((await running.current()).kid).not.toBe(former);
    expect(await running.find(kid)).toBeDefined(); // the running process has just retired this key, so its tokens are valid
  });
});
