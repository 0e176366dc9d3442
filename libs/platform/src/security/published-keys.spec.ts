import { generateKeyPairSync } from 'node:crypto';
import { PublishedKeys } from './published-keys.adapter';

const jwk = (kid: string) => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kid,
});

describe('Keys that identity publishes', () => {
  const fetchSpy = jest.spyOn(globalThis, 'fetch');
  const publish = (...keys: object[]) => fetchSpy.mockImplementation(() => Promise.resolve(Response.json({ keys })));
  beforeEach(() => fetchSpy.mockReset());
  afterAll(() => fetchSpy.mockRestore());

  it('are fetched once and remembered', async () => {
    publish(jwk('a'));
    const keys = new PublishedKeys('http://identity/.well-known/jwks.json');
    const found = await Promise.all([keys.find('a'), keys.find('a')]);
    expect(found.map((key) => key?.asymmetricKeyType)).toEqual(['ec', 'ec']);
    expect(await keys.find('a')).toBe(found[0]);
    expect(fetchSpy).toHaveBeenCalledTimes(1);
  });

  it('are not fetched again for every unknown key id, and keys of another type are ignored', async () => {
    publish(jwk('a'), { kty: 'RSA', kid: 'r' });
    const keys = new PublishedKeys('http://identity');
    expect([await keys.find('x'), await keys.find('y'), await keys.find('r')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(fetchSpy).toHaveBeenCalledTimes(1);
  });

  it('cause an error if identity does not respond', async () => {
    fetchSpy.mockRejectedValue(new Error('away'));
    await expect(new PublishedKeys('http://identity').find('a')).rejects.toThrow('away');
  });

  it('are used after their ten minutes too if identity does not respond, and identity is asked at most once a second', async () => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(0);
    try {
      publish(jwk('a'));
      const keys = new PublishedKeys('http://identity');
      const known = await keys.find('a');
      fetchSpy.mockReset().mockRejectedValue(new Error('away'));
      now.mockReturnValue(11 * 60_000);
      expect([await keys.find('a'), await keys.find('a')]).toEqual([known, known]);
      await expect(keys.find('x')).rejects.toThrow('away');
      expect(fetchSpy).toHaveBeenCalledTimes(1);
      publish(jwk('x'));
      now.mockReturnValue(11 * 60_000 + 1_001);
      expect(await keys.find('x')).toBeDefined();
    } finally {
      now.mockRestore();
    }
  });
});
