import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import type { Database } from '#database';
import { canonicalJson } from '#platform/canonical';
import { chainHash } from '../seals/chain';
import { SealKey } from '../seals/seal-key';
import { publicKeysIn, TrustedKeys } from '../seals/trusted-keys';
import { happening, ids, key, storeOn } from '../testing/store';
import { checkExport, checkExportFile } from './export-check';

let test: TestDatabase;
let db: Database;
let store: ReturnType<typeof storeOn>['store'];

beforeAll(async () => {
  test = await testDatabase();
  db = test.of('ordering');
  const shop = storeOn(db);
  store = shop.store;
  const run = await shop.sequencer.begin();
  const order = ids.next();
  for (let n = 0; n < 12; n++) {
    await store.append(happening(order, n, [{ n, name: 'Cà phê' }]));
    await run();
    if (n === 4 || n === 9) await shop.sealer.seal(n + 1);
  }
});
afterAll(() => test.drop());

const linesOf = async (from?: number, to?: number) => {
  let text = '';
  for await (const line of store.export(from, to)) text += line;
  return text.trimEnd().split('\n');
};
const check = (lines: readonly string[], keys = key.trusted) => checkExport(lines, keys);

describe('An export of the log', () => {
  it('can be checked without a database, as a whole and in part', async () => {
    expect(await check(await linesOf())).toMatchObject({ from: 1, to: 12, events: 12, seals: 2, sealedThrough: 10 });
    expect(await check(await linesOf(7, 8))).toMatchObject({ from: 6, to: 10, events: 5, seals: 1, sealedThrough: 10 });
    expect(await check(await linesOf(12))).toMatchObject({ from: 12, to: 12, events: 1, sealedThrough: 0 });
  });

  it.each([
    [
      'a value in an event',
      'event',
      (lines: string[]) => lines.map((line) => line.replace('\\"n\\": 3', '\\"n\\": 9')),
    ],
    [
      'the spaces of a line',
      'form',
      (lines: string[]) => lines.map((line, index) => (index === 3 ? `${line} ` : line)),
    ],
    ['an event', 'stream', (lines: string[]) => lines.filter((line) => !line.includes('"3"'))],
    [
      'a seal',
      'seal',
      (lines: string[]) => lines.filter((line) => !line.startsWith('{"seal"') || !line.includes('"after":0')),
    ],
    ['its end', 'form', (lines: string[]) => lines.slice(0, -1)],
    ['the last event', 'stream', (lines: string[]) => lines.filter((_, index) => index !== lines.length - 2)],
    [
      'the description in its first line',
      'signature',
      (lines: string[]) => lines.map((line) => line.replace('The log of all', 'The log of some')),
    ],
  ])('is refused when somebody changes or removes %s', async (_, refusal, change) => {
    const lines = await linesOf();
    expect(change(lines)).not.toEqual(lines);
    expect(await check(change(lines))).toMatchObject({ refusal });
  });

  it('is refused as a file if a byte was changed, also between its lines', async () => {
    const file = Buffer.from(`${(await linesOf()).join('\n')}\n`);
    const checkBytes = (bytes: Buffer) => checkExportFile([bytes.subarray(0, 700), bytes.subarray(700)], key.trusted);
    expect(await checkBytes(file)).toMatchObject({ events: 12, seals: 2 });
    const text = file.toString();
    const changed = {
      'line breaks of Windows': Buffer.from(text.replaceAll('\n', '\r\n')),
      'one line break of Windows': Buffer.from(text.replace('\n', '\r\n')),
      'the last line break': file.subarray(0, -1),
      'one more line break': Buffer.from(`${text}\n`),
      'a byte order mark': Buffer.from(`\uFEFF${text}`),
      'a byte that is not UTF-8': Buffer.from(file.map((byte, at) => (at === 40 ? 0xff : byte))),
    };
    for (const [what, bytes] of Object.entries(changed))
      expect([what, await checkBytes(bytes)]).toEqual([what, expect.objectContaining({ refusal: 'form' })]);
  });

  it('is refused if its key is not trusted', async () => {
    const stranger = new SealKey(Buffer.alloc(32, 3).toString('base64'));
    expect(await check(await linesOf(), stranger.trusted)).toMatchObject({ refusal: 'untrusted' });
  });
});

describe('The fields that REST returns for events and seals', () => {
  it('are enough to compute a hash and to check a seal', async () => {
    const events = await store.readStoredLog(0, 20);
    const canonical = await store.canonical(events.map(({ id }) => id));
    for (const event of events) expect(chainHash(canonical.get(event.id)!)).toBe(event.hash);
    const [first, second] = await store.seals(0, 20);
    expect([first.position, second.position, second.previous]).toEqual([5, 10, first.signature]);
    expect(await store.seals(5, 20)).toEqual([second]);
    expect(canonicalJson(first)).toContain(events[4].hash);
  });
});

it('An export after a change of the signing key is checked with the former key and the new key', async () => {
  const newKey = new SealKey(Buffer.alloc(32, 4).toString('base64'), [`public:${key.trusted.all[0].publicKey}`]);
  const shop = storeOn(db, undefined, undefined, { sealKey: newKey });
  await shop.sealer.seal(12);
  let text = '';
  for await (const line of shop.store.export()) text += line;
  const checkWith = (keys: string) => check(text.trimEnd().split('\n'), new TrustedKeys(publicKeysIn(keys)));
  const [current, former] = newKey.trusted.all.map(({ publicKey }) => publicKey);
  expect(await checkWith(current)).toMatchObject({ refusal: 'untrusted' });
  expect(await checkWith(former)).toMatchObject({ refusal: 'untrusted' });
  expect(await checkWith(`${current}\n${former}`)).toMatchObject({ sealedThrough: 12, keyIds: [key.id, newKey.id] });
});
