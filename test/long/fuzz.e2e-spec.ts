import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { exampleOf, pathsIn, replaceAt } from '../api/bodies';
import { codesOf, fetchDocument, operationsOf, type ApiDocument, type Operation } from '../api/the-document';
import { eventually } from '../support/eventually';
import { openShop, type OpenShop } from '../support/open-shop';
import { anonymous, register, listDrink, type Person } from '../support/people';
import { capturedEvent, SECRET, sendWebhook } from '../support/sandbox';
import { changedBetween, EveryTable } from './support/every-table';

/** With `FUZZ_REQUESTS=10000` the test sends more requests, with `FUZZ_SEED=7` other requests. */
const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 2_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_123);
const WORKERS = 8;

jest.setTimeout(120_000 + REQUESTS * 250);

interface FuzzRequest {
  readonly who: 'admin' | 'customer' | 'nobody';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

interface FuzzAnswer extends FuzzRequest {
  readonly status: number;
  readonly text: string;
}

const INHERITED = Object.getOwnPropertyNames(Object.prototype);
const nested = (levels: number, open: string, close: string) => `${open.repeat(levels)}1${close.repeat(levels)}`;

/** JSON texts: unusual values, texts with any Unicode characters, and random JSON. */
const junk: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...['null', 'true', '-1', '0', '1e308', '-1e308', '1e-320', '9007199254740993', '1e999', '-0', '1.5', '""'],
    ...['"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"\\udc00x"', '"\\u202e"', '"a\\r\\nb"', '[]', '{}', '[null]', '[[]]'],
    ...['"__proto__"', '"constructor"', '"2026-02-30T00:00:00Z"', '"//evil.example/x.png"', '"--------"', '"%00"'],
    ...['"019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071"', '{"amount":1e30,"currency":"VND"}', '{"toString":1}'],
    ...[`"${'x'.repeat(10_000)}"`, `"${'🧋'.repeat(300)}"`, nested(40, '[', ']'), nested(1_312, '{"a":', '}')],
  ),
  fc.constantFrom(...INHERITED).map((name) => `{"${name}":{"a":1}}`),
  fc.string({ unit: 'binary', maxLength: 40 }).map((text) => JSON.stringify(text)),
  fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => JSON.stringify(text)),
  fc.double().map((number) => JSON.stringify(number)),
  fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)),
);

/** Adds a member after one of the opening braces of a JSON text. */
const withMember = (text: string, at: number, name: string, value: string): string => {
  const braces = [...text.matchAll(/\{/g)].map(({ index }) => index + 1);
  if (braces.length === 0) return text;
  const here = braces[at % braces.length];
  return `${text.slice(0, here)}${JSON.stringify(name)}:${value}${/^\s*\}/.test(text.slice(here)) ? '' : ','}${text.slice(here)}`;
};

function bodies(example: unknown): fc.Arbitrary<string | Buffer> {
  const good = JSON.stringify(example);
  const paths = pathsIn(example);
  const names = [...good.matchAll(/"(\w+)":/g)].map(([, name]) => name);
  const mark = '"\u0007here\u0007"';
  const damaged =
    paths.length === 0
      ? junk
      : fc.tuple(fc.constantFrom(...paths), junk).map(([path, text]) =>
          JSON.stringify(replaceAt(example, path, JSON.parse(mark.replaceAll('\u0007', '\\u0007')))).replace(JSON.stringify('\u0007here\u0007'), () => text),
        ); // prettier-ignore
  const named = fc.oneof(fc.constantFrom(...INHERITED, 'colour', ''), fc.constantFrom('reason', ...names), fc.string());
  return fc.oneof(
    { weight: 6, arbitrary: damaged },
    {
      weight: 4,
      arbitrary: fc.tuple(fc.nat(), named, junk).map(([at, name, value]) => withMember(good, at, name, value)),
    },
    { weight: 1, arbitrary: junk },
    {
      weight: 2,
      arbitrary: fc.constantFrom<string | Buffer>(
        ...[good, '', 'not json', `${good}${good}`, good.slice(0, -1), `\ufeff${good}`, nested(100_000, '[', ']')],
        ...[Buffer.from([0xff, 0xfe]), Buffer.from(good, 'utf16le'), Buffer.from(`{"a":"\xe9"}`, 'latin1')],
        ...['a=1&b=2', `[${'0,'.repeat(30_000)}0]`, `{"a":"${'x'.repeat(1_100_000)}"}`],
      ),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
  );
}

const mostly = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, { weight: 2, arbitrary: fc.constantFrom(...others) });

const headers = fc
  .record({
    'content-type': mostly(
      'application/json',
      ...['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/csv', 'image/png'],
      ...['application/json; charset=utf-16', 'json', '*/*', 'application/jsonl'],
    ),
    'content-encoding': mostly('identity', 'gzip', 'br', 'x'),
    'accept-language': fc.constantFrom('vi', 'en', '*', ';;q=,'),
    'if-match': mostly('*', '"0"', 'W/"1"', '"constructor"', '"99999999999999999999"', 'x'),
    'idempotency-key': mostly('fuzz', 'x'.repeat(300), 'a b', '__proto__'),
    'x-cart-token': mostly('', 'x'.repeat(43), 'short', '__proto__'),
  })
  .map(({ 'idempotency-key': key, ...more }) => ({
    ...Object.fromEntries(Object.entries(more).filter(([, value]) => value !== '' && value !== '*' && value !== 'identity')),
    'idempotency-key': key === 'fuzz' ? randomUUID() : key,
  })); // prettier-ignore

const escaped = (text: string): string => {
  try {
    return encodeURIComponent(text);
  } catch {
    return '%ED%A0%80'; // `encodeURIComponent` refuses half of a surrogate pair; these are its bytes
  }
};

/** Unusual and random texts for a query parameter or a part of a path. */
const word = fc
  .oneof(
    fc.constantFrom('', '-1', '1e9', '0x10', '99999999999999999999', '2026-02-30T00:00:00Z', '%00', "' or 1=1--", '🧋'),
    fc.constantFrom(...INHERITED),
    fc.string({ unit: 'binary', maxLength: 30 }),
    junk.filter((text) => text.length < 200),
  )
  .map(escaped);

const segment = word.filter((text) => text !== '' && text.length < 200 && !/^\.+$/.test(text));

describe('Any request', () => {
  let open: OpenShop;
  let document: ApiDocument;
  let operations: Operation[];
  let people: Record<FuzzRequest['who'], Person>;
  let ids: string[];
  let charge: Parameters<typeof capturedEvent>[1];

  beforeAll(async () => {
    open = await openShop({ SANDBOX_WEBHOOK_SECRET: SECRET });
    document = await fetchDocument(open.shop);
    operations = operationsOf(document);
    const customer = await register(open.shop);
    people = { admin: open.admin, customer, nobody: anonymous(open.shop) };
    const drink = await listDrink(open.admin);
    const order = await customer.buy(drink.variantId, 'tok_ok');
    await customer.waitForStatus(order.id, 'confirmed');
    [charge] = (await open.admin.get(`/admin/sandbox/charges?orderId=${order.id}`)).body.data;
    ids = [drink.productId, drink.variantId, order.id];
  }, 240_000);
  afterAll(() => open?.close());

  /** Operations that end the caller's own session or account. They are sent without a token. */
  const ENDING_OPERATIONS = ['logOut', 'eraseMe'];

  function requestsFor(operation: Operation): fc.Arbitrary<FuzzRequest> {
    const parts = operation.path.split(/(\{\w+\})/);
    const path = fc.tuple(
      ...parts.map((part) =>
        part.startsWith('{')
          ? fc.oneof(fc.uuid(), fc.constantFrom(...ids, 'ca-phe-sua-da', 'sales', 'sandbox'), segment)
          : fc.constant(part),
      ),
    );
    const names = (operation.parameters ?? []).filter(({ in: where }) => where === 'query').map(({ name }) => name);
    const query = fc.array(fc.tuple(fc.constantFrom('colour', ...INHERITED, ...names, ...names, ...names), word), {
      maxLength: 3,
    });
    const media = operation.requestBody?.content['application/json'];
    const body = media ? bodies(media.example ?? exampleOf(media.schema, document)) : bodies({});
    const who: fc.Arbitrary<FuzzRequest['who']> = ENDING_OPERATIONS.includes(operation.operationId)
      ? fc.constant('nobody')
      : mostly<FuzzRequest['who']>('admin', 'customer', 'nobody');
    return fc
      .record({
        path,
        query: fc.oneof({ weight: 3, arbitrary: fc.constant<[string, string][]>([]) }, query),
        headers,
        body,
        who,
      })
      .map((values) => {
        const queryText = values.query.map(([name, value]) => `${name}=${value}`).join('&');
        const { 'content-type': type, 'content-encoding': coding, ...rest } = values.headers as Record<string, string>;
        const hasBody = operation.method !== 'GET';
        return {
          who: values.who,
          path: `${values.path.join('')}${queryText && `?${queryText}`}`,
          headers: { ...rest, ...(hasBody && { 'content-type': type ?? 'text/plain', ...(coding && { 'content-encoding': coding }) }) }, // prettier-ignore
          ...(hasBody && { body: values.body }),
        };
      });
  }

  async function ask(operation: Operation, asked: FuzzRequest): Promise<FuzzAnswer> {
    const reply = await fetch(open.shop.url + asked.path, {
      method: operation.method,
      redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
      headers: { ...people[asked.who].headers, ...asked.headers },
      ...(asked.body !== undefined && { body: asked.body }),
    });
    return { ...asked, status: reply.status, text: await reply.text() };
  }

  async function askAll(operation: Operation, all: readonly FuzzRequest[]): Promise<FuzzAnswer[]> {
    const [queue, answers]: [FuzzRequest[], FuzzAnswer[]] = [[...all], []];
    const work = async () => {
      for (let next = queue.shift(); next; next = queue.shift()) answers.push(await ask(operation, next));
    };
    await Promise.all(Array.from({ length: WORKERS }, work));
    return answers;
  }

  const describeAnswer = (operation: Operation, { who, path, headers: sent, body, status, text }: FuzzAnswer) =>
    `${operation.method} ${path.slice(0, 200)} as ${who} ${JSON.stringify(sent)} ${String(body).slice(0, 200)} → ${status} ${text.slice(0, 200)}`;

  /** The fault of an answer: an internal error, or a status or code that the document does not list. */
  function faultOf(operation: Operation, answered: FuzzAnswer): string | undefined {
    const { status, text } = answered;
    if (status >= 500) return `broken: ${describeAnswer(operation, answered)}`;
    if (status < 400) return undefined;
    const code = (JSON.parse(text) as { error: { code: string } }).error.code;
    return codesOf(operation, status).includes(code)
      ? undefined
      : `not in the document: ${describeAnswer(operation, answered)}`;
  }

  it('gets an answer, and a refused request changes nothing', async () => {
    await eventually(async () =>
      // After the start, messages about the demo products still change tables. The test begins when they are handled.
      expect(await open.database.admin(`select from inventory.inbox where state = 'waiting' limit 1`)).toEqual([]),
    );
    const tables = await EveryTable.of(open.database);
    expect(tables.changingTables.size).toBeLessThan(12);
    const faults: string[] = [];
    const share = Math.ceil(REQUESTS / operations.length);
    let [asked, refusals] = [0, 0];
    let settled = await tables.waitUntilSettled();
    for (const [index, operation] of operations.entries()) {
      const requests = fc.sample(requestsFor(operation), { seed: SEED + index, numRuns: share });
      let before = settled;
      let answers = await askAll(operation, requests);
      asked += answers.length;
      faults.push(...answers.flatMap((answered) => faultOf(operation, answered) ?? []));
      let refused = answers.filter(({ status }) => status >= 400);
      refusals += refused.length;
      // An accepted request may change tables. So only the refused requests are sent again, until all are refused.
      for (let round = 0; refused.length < answers.length && round < 5; round += 1) {
        before = await tables.waitUntilSettled();
        answers = await askAll(operation, refused);
        refused = answers.filter(({ status }) => status >= 400);
      }
      const someAccepted = refused.length < answers.length;
      settled = someAccepted ? await tables.waitUntilSettled() : await tables.read();
      const changed = changedBetween(before, settled);
      if (changed.length > 0 && !someAccepted)
        faults.push(`changed after refusals only: ${operation.operationId} changed ${changed.join(', ')}`);
    }
    process.stdout.write(`${asked} requests, ${refusals} refused, seed ${SEED}; tables that change by themselves: ${[...tables.changingTables].join(', ')}\n`); // prettier-ignore
    expect(faults).toEqual([]);
    expect(asked).toBeGreaterThanOrEqual(REQUESTS);
    expect(refusals).toBeGreaterThan(REQUESTS / 2);
  });

  it('to the webhook gets an answer, also with a valid signature', async () => {
    const good = capturedEvent(randomUUID(), charge);
    const cases = fc.sample(bodies(good), { seed: SEED, numRuns: Math.min(300, REQUESTS) });
    for (const body of cases) {
      const { status } = await sendWebhook(open.shop, body.toString());
      if (status >= 500) throw new Error(`broken by ${body.toString().slice(0, 300)}: ${status}`);
    }
  });

  it('leaves the shop healthy', async () => {
    expect((await open.shop.get('//health')).body.status).toBe('ok');
    expect(open.shop.output()).not.toMatch(/unhandled|uncaught/i);
  });
});
