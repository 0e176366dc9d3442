import { everyContext } from '../../apps/every-context';
import { contextNames } from '#platform/config';
import { openContext, type OpenContext } from '../support/open-context';
import { exampleOf, pathsIn, replaceAt } from '../api/bodies';
import { operationsOf, type ApiDocument, type Operation } from '../api/the-document';
import { WorkCount, type Work } from './support/work-count';

jest.setTimeout(600_000);

/** The limits for the work of a refused request. Work is counted instead of time, so a slow machine can pass too. */
const WORK_LIMITS: Work = { visited: 25_000, checked: 2_500, statements: 60, rows: 1_500 };
const MOST_DETAILS = 20;
const MOST_BYTES = 64 * 1024;

const ID = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';
const MB = 1024 * 1024;

const repeated = (count: number, text: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => text(n)).join();
const names = (count: number) => `{${repeated(count, (n) => `"n${n}":1`)}}`;
const entries = (count: number, entry = '{}') => `[${repeated(count, () => entry)}]`;

/** Bodies that are invalid on every route: too many names, too deep, too large, or just within the limits. */
const BAD_BODIES: Readonly<Record<string, string>> = {
  '100,000 unknown names': names(75_000),
  '19,000 unknown names': names(19_000),
  '199 unknown names': names(199),
  'half a million levels': `${'['.repeat(500_000)}${']'.repeat(500_000)}`,
  '1 MB that is no JSON': 'x'.repeat(MB - 1),
  'one text of 1 MB': `"${'x'.repeat(MB - 10)}"`,
  '15 KB of names of every object': `{${repeated(190, () => `"constructor":{"toString":1}`)}}`,
};

/** The values that are put into each field of a valid body. */
const BAD_VALUES: Readonly<Record<string, string>> = {
  '345,000 entries': entries(345_000),
  '19,000 entries': entries(19_000),
  '900 entries': entries(900),
  '19,000 names': names(19_000),
  '180 names': names(180),
  'a text of 1 MB': `"${'x'.repeat(MB - 5_000)}"`,
  'a text of 12 KB': `"${'ạ'.repeat(4_000)}"`,
};

const MARK = '"put it here"';

/** The text of the valid body `good`, in which `part` replaces the value at `position`. */
const withPart = (good: unknown, position: readonly string[], part: string): string =>
  JSON.stringify(replaceAt(good, position, 'put it here')).replace(MARK, () => part);

interface BadRequest {
  readonly what: string;
  readonly query?: string;
  readonly body?: string;
}

function bodiesOf(operation: Operation, document: ApiDocument): BadRequest[] {
  if (operation.method === 'GET') return [];
  const badBodies = Object.entries(BAD_BODIES).map(([what, body]) => ({ what, body }));
  if (!operation.requestBody) return badBodies;
  const good = exampleOf(operation.requestBody.content['application/json'].schema, document);
  const parts = pathsIn(good).flatMap((position) =>
    Object.entries(BAD_VALUES).map(([what, part]) => ({
      what: `${what} at ${position.join('.')}`,
      body: withPart(good, position, part),
    })),
  );
  return [...badBodies, ...parts];
}

function queriesOf({ parameters = [] }: Operation): BadRequest[] {
  const known = parameters.filter(({ in: where }) => where === 'query').map(({ name }) => name);
  return [
    { what: '2,500 unknown names in the query', query: Array.from({ length: 2_500 }, (_, n) => `n${n}`).join('&') },
    ...known.flatMap((name) => [
      { what: `12 KB of ${name}`, query: `${name}=${'x'.repeat(12_000)}` },
      { what: `${name} a thousand times`, query: Array.from({ length: 1_000 }, () => `${name}=1`).join('&') },
    ]),
  ];
}

/** Years that JavaScript or Postgres cannot represent in a date. */
const YEARS = ['0000', '-000001', '-0001', '10000', '+275760', '294277'];
const impossiblePositions = (year: string): unknown[] =>
  [`${year}-01-01T00:00:00Z`, `${year}-01-01 00:00:00+00`].flatMap((at) => [
    ...[['newest', at, ID], { at, id: ID }, { foundAt: at, id: ID }, { since: at, name: 'checkout', id: ID }],
  ]);
const cursorOf = (position: unknown) => Buffer.from(JSON.stringify(position)).toString('base64url');

/** Makes an admin. Returns their access token. */
async function adminOf({ ask, database }: OpenContext): Promise<string> {
  const account = { email: 'worst@example.com', password: 'a-long-Password-1' };
  await ask('POST', '/auth/register', { body: { ...account, name: 'An' } });
  await database.admin("update identity.accounts set role = 'admin' where email = $1", [account.email]);
  const { status, body } = await ask('POST', '/auth/login', { body: account });
  expect(status).toBe(200);
  return body.data.accessToken as string;
}

describe('The worst requests', () => {
  let shop: OpenContext;
  let document: ApiDocument;
  let operations: Operation[];
  let admin: string;
  const work = new WorkCount();

  beforeAll(async () => {
    shop = await openContext(everyContext, contextNames);
    document = (await shop.app.inject({ url: '/docs/openapi.json' })).json<ApiDocument>();
    operations = operationsOf(document).filter(({ operationId }) => operationId !== 'followRebuild');
    admin = await adminOf(shop);
    work.begin();
  }, 240_000);
  afterAll(async () => {
    work.end();
    await shop?.close();
  });

  async function ask({ method, path }: Operation, { query, body }: BadRequest, token?: string) {
    const url = path.replace(/\{\w+\}/g, ID) + (query === undefined ? '' : `?${query}`);
    const headers = {
      ...(body !== undefined && { 'content-type': 'application/json', 'idempotency-key': ID }),
      ...(token && { authorization: `Bearer ${token}` }),
    };
    const before = work.current();
    const reply = await shop.app.inject({
      ...{ method: method as 'GET', url, headers },
      ...(body !== undefined && { payload: body }),
    });
    return { reply, done: work.since(before) };
  }

  it('to any operation are refused, at low cost', async () => {
    const highest: Record<keyof Work, { count: number; by: string }> = Object.fromEntries(
      Object.keys(WORK_LIMITS).map((kind) => [kind, { count: 0, by: '' }]),
    ) as never;
    let tried = 0;
    for (const operation of operations)
      for (const badRequest of [...bodiesOf(operation, document), ...queriesOf(operation)])
        for (const token of [admin, undefined]) {
          const { reply, done } = await ask(operation, badRequest, token);
          const label = `${operation.operationId}, ${badRequest.what}, ${token ? 'staff' : 'nobody'}: ${reply.statusCode}`;
          tried += 1;
          if (reply.statusCode >= 500) throw new Error(`broken: ${label} ${reply.body.slice(0, 300)}`);
          if (reply.statusCode >= 400) {
            const { error } = reply.json<{ error: { details?: unknown[] } }>();
            expect([label, (error.details ?? []).length <= MOST_DETAILS]).toEqual([label, true]);
          }
          expect([label, reply.rawPayload.length <= MOST_BYTES]).toEqual([label, true]);
          for (const kind of Object.keys(WORK_LIMITS) as (keyof Work)[]) {
            if (done[kind] > highest[kind].count) highest[kind] = { count: done[kind], by: label };
            expect([label, kind, done[kind], done[kind] <= WORK_LIMITS[kind]]).toEqual([label, kind, done[kind], true]);
          }
        }
    expect(tried).toBeGreaterThan(1_000);
    process.stdout.write(`${tried} requests; the most work of each kind: ${JSON.stringify(highest, null, 2)}\n`);
  });

  it('with a cursor that has an impossible year are refused', async () => {
    const lists = operations.filter(({ parameters }) => parameters?.some(({ name }) => name === 'cursor'));
    expect(lists.length).toBeGreaterThan(10);
    for (const operation of lists) {
      const needed = (operation.parameters ?? []).filter(({ in: where, required }) => where === 'query' && required);
      const rest = needed.map(({ name }) => `&${name}=tra`).join('');
      for (const year of YEARS)
        for (const position of impossiblePositions(year)) {
          const { reply } = await ask(operation, { what: '', query: `cursor=${cursorOf(position)}${rest}` }, admin);
          expect([operation.operationId, position, reply.statusCode]).toEqual([operation.operationId, position, 400]);
        }
    }
  });

  it('within the limits are accepted: every text with its maximum length', () => {
    const limits = { stranger: 16 * 1024, admin: MB };
    for (const operation of operations) {
      const schema = operation.requestBody?.content['application/json'].schema;
      if (!schema) continue;
      const largest = sizeOf(schema, document);
      const limit = operation.path.startsWith('/api/v1/admin/') ? limits.admin : limits.stranger;
      expect([operation.operationId, largest, largest <= limit]).toEqual([operation.operationId, largest, true]);
    }
  });
});

type Schema = Readonly<Record<string, any>>;

/**
 * The bytes of the largest body that a schema allows. Each character counts as two bytes, which is more than the
 * average of Vietnamese text in UTF-8. Read-only fields are not counted, because the shop itself makes their values.
 */
function sizeOf(schema: Schema, document: ApiDocument): number {
  const go = (next: Schema): number => (next['readOnly'] ? 0 : sizeOf(next, document));
  if (schema['$ref']) return go(document.components.schemas[schema['$ref'].split('/').at(-1)]);
  const choices: Schema[] | undefined = schema['oneOf'] ?? schema['anyOf'];
  if (choices) return Math.max(...choices.map(go));
  if (schema['allOf']) return go(schema['allOf'][0]);
  if (schema['properties'])
    return Object.entries<Schema>(schema['properties']).reduce(
      (sum, [name, each]) => sum + name.length + 4 + go(each),
      2,
    );
  if (schema['items']) return 2 + Math.min(schema['maxItems'] ?? 1, 100) * (1 + go(schema['items']));
  if (schema['enum']) return Math.max(...(schema['enum'] as unknown[]).map((one) => String(one).length + 2));
  if ([schema['type']].flat().includes('string')) return 2 + 2 * (schema['maxLength'] ?? 40);
  return 17;
}
