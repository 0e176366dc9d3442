import { shopAdapter } from './adapter';
import { warnOfUntrustedProxies } from './untrusted-proxies';

async function loggedLines(trusted: readonly string[], forwarded: readonly (string | undefined)[]): Promise<string[]> {
  const fastify = shopAdapter(trusted).getInstance();
  const lines: string[] = [];
  warnOfUntrustedProxies(fastify, (line) => lines.push(line));
  fastify.get('/', (_request, reply) => reply.send(''));
  for (const one of forwarded)
    await fastify.inject({ url: '/', remoteAddress: '192.0.2.7', headers: one ? { 'x-forwarded-for': one } : {} });
  await fastify.close();
  return lines;
}

describe('A proxy that is not trusted', () => {
  it('is logged once', async () => {
    const lines = await loggedLines([], [undefined, '198.51.100.1', '198.51.100.2']);
    expect(lines).toEqual([expect.stringMatching(/come from 192\.0\.2\.7, which is not in TRUSTED_PROXIES/)]);
  });

  it('is not logged if it is trusted, or if there is no X-Forwarded-For', async () => {
    expect(await loggedLines(['192.0.2.0/24'], ['198.51.100.1'])).toEqual([]);
    expect(await loggedLines([], [undefined])).toEqual([]);
  });
});
