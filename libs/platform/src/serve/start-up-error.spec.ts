import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { ReducerMissing, type ProjectionTable } from '#event-store/projections';
import { DefinitionMissing } from '#messaging/sagas';
import { startUpError } from './start-up-error';

const settings = { host: '127.0.0.1', port: 3_000, metricsPort: 9_464 };

async function failureOf(port: number, host: string): Promise<unknown> {
  const server = createServer().listen(port, host);
  const [error] = (await once(server, 'error')) as [unknown];
  return error;
}

describe('The error of a port', () => {
  it('names the setting of the port that is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const error = await failureOf(port, '127.0.0.1');
    taken.close();
    const expectedMessage = (setting: string) =>
      `Port ${port} on 127.0.0.1 is in use: stop the program that uses it, or set another ${setting}`;
    expect(startUpError(error, { ...settings, port })).toBe(expectedMessage('PORT'));
    expect(startUpError(error, { ...settings, metricsPort: port })).toBe(expectedMessage('METRICS_PORT'));
  });

  it.each(['192.0.2.1', 'nonsense.invalid'])('names HOST if %s is not an address of this machine', async (host) => {
    expect(startUpError(await failureOf(0, host), { ...settings, host })).toBe(
      `HOST ${host} is not an address of this machine: set an address of this machine, or 0.0.0.0 for all of its addresses`,
    );
  });
});

describe('The error of a build that lacks something that the database needs', () => {
  const table = { relation: 'sales_v1', name: 'sales', version: 1, state: 'kept' } as ProjectionTable;

  it.each([
    ['a version of a saga', new DefinitionMissing('checkout', [2], [{ definition: 1, count: 3 }])],
    ['the reducer of a table', new ReducerMissing(table)],
  ])('is one sentence without a stack if it lacks %s', (_, error) => {
    expect(startUpError(error)).toBe(error.message);
  });
});
