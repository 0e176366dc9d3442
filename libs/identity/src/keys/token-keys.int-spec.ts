import type { Config } from '#platform/config';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { SigningKeyRows } from './signing-keys.store';
import { TokenKeys } from './token-keys.adapter';

const LIFE_S = 900;

describe('The keys that sign access tokens', () => {
  let test: TestDatabase;
  beforeEach(async () => void (test = await testDatabase()));
  afterEach(() => test.drop());

  const keysWith = (tokenSecret: string) =>
    new TokenKeys(new SigningKeyRows(test.of('identity')), { tokenSecret, accessTokenTtlSeconds: LIFE_S } as Config);
  const kidsOf = async (keys: TokenKeys) => (await keys.jwks()).keys.map(({ kid }) => kid);
  const age = (seconds: number) =>
    test.admin(
      `update identity.signing_keys set retired_at = now() - $1 * interval '1 second' where retired_at < now()`,
      [seconds],
    );

  it('are replaced with the secret; the former key still verifies its tokens until they expire', async () => {
    const { kid: former } = await keysWith('a secret').current();
    const changed = keysWith('another secret');
    const { kid } = await changed.current();
    expect(kid).not.toBe(former);
    expect([await changed.find(former), await changed.find(kid)]).toEqual([expect.anything(), expect.anything()]);
    expect((await kidsOf(changed)).sort()).toEqual([former, kid].sort());

    await age(LIFE_S - 30);
    expect(await keysWith('another secret').find(former)).toBeDefined();
    await age(LIFE_S + 1);
    const later = keysWith('another secret');
    expect(await later.find(former)).toBeUndefined();
    expect(await kidsOf(later)).toEqual([kid]);
  });

  it('end also in a process that keeps running', async () => {
    const { kid: former } = await keysWith('a secret').current();
    await keysWith('another secret').current();
    await age(LIFE_S - 60);
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
});
