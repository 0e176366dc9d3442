import fc from 'fast-check';
import { z } from 'zod';
import { VOIDING } from '#kernel';
import { canonicalJson } from '#platform/canonical';
import { chainFields, chainHash, ORIGIN, type StoredEvent } from '../seals/chain';
import { attest, type ProvedSeal, type StreamProof } from './evidence';
import { checkEvidence, ProvedEventShape, ProvedSealShape, PublicKeyShape, SignatureShape } from './evidence-check';
import { merklePath, merkleRoot, computeRoot } from '../seals/merkle';
import { refused } from './proof-check';
import { SealKey } from '../seals/seal-key';

const secret = (n: number) => Buffer.alloc(32, n).toString('base64');
const [key, stranger] = [new SealKey(secret(1)), new SealKey(secret(2))];

const mine = '01900000-0000-7000-8000-000000000001';
const other = '01900000-0000-7000-8000-000000000002';
const idOf = (n: number) => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;

const Shape = z.strictObject({
  format: z.literal('test'),
  stream: z.string(),
  events: z.array(ProvedEventShape),
  seals: z.array(ProvedSealShape),
  keys: z.array(PublicKeyShape),
  story: z.array(z.string()),
  signature: SignatureShape,
});
type Doc = z.infer<typeof Shape>;

/**
 * Makes a log of `count` events that belong alternately to two streams. Seals the log every `stretch` positions, and
 * returns the proof of the first stream.
 */
function makeProof(
  count = 9,
  stretch = 4,
  amount = 100,
  signer = key,
  change: (event: StoredEvent) => Partial<StoredEvent> = () => ({}),
): StreamProof & { stream: string } {
  const hashes: string[] = [];
  const all: { event: StoredEvent; fields: string[] }[] = [];
  for (let position = 1; position <= count; position++) {
    const event: StoredEvent = {
      ...{ id: idOf(100 + position), streamId: position % 2 ? mine : other, version: Math.ceil(position / 2) },
      ...{ type: 'Happened', schemaVersion: 1, data: `{"amount": ${amount + position}}`, metadata: '{}' },
      micros: String(1_767_600_000_000_000 + position),
    };
    const changed = { ...event, ...change(event) };
    const fields = chainFields(hashes.at(-1) ?? ORIGIN, position, changed).map(String);
    hashes.push(chainHash(fields));
    all.push({ event, fields });
  }
  const seals: ProvedSeal[] = [];
  for (let after = 0; after < count; after = seals.at(-1)!.position) {
    const position = Math.min(after + stretch, count);
    const covered = hashes.slice(after, position);
    const previous = seals.at(-1)?.signature ?? '';
    const unsigned = { after, position, root: merkleRoot(covered), hash: covered.at(-1)!, sealedAt: new Date(1_767e9) };
    seals.push({ ...signer.sign(unsigned, previous), sealedAt: 1_767e9, previous });
  }
  const events = all.flatMap(({ event, fields }, index) => {
    if (event.streamId !== mine) return [];
    const { after, position } = seals.find((seal) => seal.position > index)!;
    const path = merklePath(hashes.slice(after, position), index - after);
    return [{ fields, hash: hashes[index], seal: position, path: [...path] }];
  });
  const used = seals.filter(({ position }) => events.some(({ seal }) => seal === position));
  return { stream: mine, events, seals: used, keys: [...signer.trusted.all] };
}

const signDocument = (made: object, signer = key) => attest(signer, { format: 'test', story: ['placed'], ...made });
const check = (text: string, keys = key.trusted) =>
  checkEvidence<Doc>(
    text,
    Shape,
    ({ stream }) => stream,
    keys,
    ({ story }) => (story[0] === 'placed' ? undefined : refused('story', 'the order was not placed')),
  );
const refusalOf = (text: string, keys = key.trusted) => {
  const checked = check(text, keys);
  return 'refusal' in checked ? checked.refusal : 'good';
};
const good = signDocument(makeProof());
const parsed = (): any => JSON.parse(good);
/** Signs a changed document again with the right key, so that only the checks of the content can refuse it. */
const changeAndSign = (change: (made: any) => void) => {
  const { signature: _, ...made } = parsed();
  change(made);
  return attest(key, made);
};

describe('A Merkle path', () => {
  it('leads from each hash to the root, and does not lead to the root from another hash or another index', () => {
    for (let size = 1; size <= 20; size++) {
      const hashes = Array.from({ length: size }, (_, n) => n.toString(16).padStart(64, '0'));
      const root = merkleRoot(hashes);
      hashes.forEach((hash, index) => {
        const path = merklePath(hashes, index);
        expect(computeRoot(hash, index, size, path)).toBe(root);
        expect(computeRoot('f'.repeat(64), index, size, path)).not.toBe(root);
        expect(computeRoot(hash, index, size, [...path, root])).toBeUndefined();
        if (path.length > 0) expect(computeRoot(hash, index, size, path.slice(1))).toBeUndefined();
        for (let wrong = 0; wrong < size; wrong++)
          if (wrong !== index) expect(computeRoot(hash, wrong, size, path)).not.toBe(root);
      });
    }
    expect(computeRoot('00', 3, 3, [])).toBeUndefined();
  });

  it('matches the example of RFC 6962, section 2.1.3', () => {
    const d = Array.from({ length: 7 }, (_, n) => `0${n}`);
    const leaf = (n: number) => merkleRoot([d[n]]);
    expect(merklePath(d, 0)).toEqual([leaf(1), merkleRoot(d.slice(2, 4)), merkleRoot(d.slice(4, 7))]);
    expect(merklePath(d, 3)).toEqual([leaf(2), merkleRoot(d.slice(0, 2)), merkleRoot(d.slice(4, 7))]);
    expect(merklePath(d, 4)).toEqual([leaf(5), leaf(6), merkleRoot(d.slice(0, 4))]);
    expect(merklePath(d, 6)).toEqual([merkleRoot(d.slice(4, 6)), merkleRoot(d.slice(0, 4))]);
  });
});

describe('A proof without one of the versions', () => {
  /**
   * Version 3 of the stream is missing: the third event has version 4. The last event has version 6, and declares the
   * version `voided` void.
   */
  const withoutThird = (voided: number) =>
    makeProof(9, 4, 100, key, ({ streamId, version }) => {
      if (streamId !== mine || version < 3) return {};
      const last = { type: VOIDING, data: JSON.stringify({ version: voided }) };
      return { version: version + 1, ...(version === 5 && last) };
    });

  it('is good only if a proved event declares this version void', () => {
    expect(refusalOf(signDocument(withoutThird(3)))).toBe('good');
    expect(refusalOf(signDocument(withoutThird(2)))).toBe('stream');
  });
});

describe('Canonical JSON', () => {
  it('writes equal values as the same text', () => {
    expect(canonicalJson({ b: [1.5, null, undefined], a: { é: 'x"\n', A: true }, none: undefined })).toBe(
      '{"a":{"A":true,"é":"x\\"\\n"},"b":[1.5,null,null]}',
    );
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });
});

describe('Evidence', () => {
  it('is accepted if it is unchanged, for any number of other events between its events', () => {
    for (const [count, stretch] of [
      [1, 1],
      [9, 4],
      [9, 100],
      [20, 1],
      [33, 16],
    ] as const)
      expect(check(signDocument(makeProof(count, stretch)))).toMatchObject({ keyIds: [key.id] });
    const { events } = check(good) as Exclude<ReturnType<typeof check>, { refusal: unknown }>;
    expect(events.map(({ version, position }) => [version, position])).toEqual([
      [1, 1],
      [2, 3],
      [3, 5],
      [4, 7],
      [5, 9],
    ]);
  });

  it('with changed amounts and newly computed hashes and roots is refused, because no key signed these roots', () => {
    const forged = makeProof(9, 4, 50);
    const genuine = makeProof();
    const seals = forged.seals.map((seal, n) => ({
      ...seal,
      signature: genuine.seals[n].signature,
      previous: genuine.seals[n].previous,
    }));
    expect(refusalOf(signDocument({ ...forged, seals }))).toBe('seal');
    expect(refusalOf(signDocument({ ...forged, seals: genuine.seals }))).toBe('event');
  });

  it('signed with another key is refused, although the document contains that key', () => {
    const forged = signDocument(makeProof(9, 4, 50, stranger), stranger);
    expect(refusalOf(forged, stranger.trusted)).toBe('good');
    expect(refusalOf(forged)).toBe('untrusted');
    expect(refusalOf(signDocument(makeProof(9, 4, 50, stranger)))).toBe('untrusted');
    expect(refusalOf(signDocument({ ...makeProof(), keys: stranger.trusted.all }, stranger))).toBe('untrusted');
  });

  const changes: [string, string, (made: any) => void][] = [
    ['an event in the middle is taken out', 'stream', ({ events }) => events.splice(2, 1)],
    ['the first event is taken out', 'stream', ({ events }) => events.shift()],
    ['two events change places', 'stream', ({ events }) => events.splice(1, 2, events[2], events[1])],
    ['there are no events', 'stream', (made) => (made.events = [])],
    ['an event of another order is put in', 'stream', ({ events }) => (events[2].fields[4] = other)],
    ['the document names another order', 'stream', (made) => (made.stream = other)],
    ['an amount is changed', 'event', ({ events }) => (events[2].fields[8] = '{"amount": 1}')],
    ['an event gets the hash of another', 'event', ({ events }) => (events[2].hash = events[1].hash)],
    ['two seals change places', 'seal', ({ seals }) => seals.reverse()],
    ['a seal takes the root of another', 'seal', ({ seals }) => (seals[1].root = seals[0].root)],
    ['a seal is taken out', 'event', ({ seals }) => seals.splice(1, 1)],
    ['an event names another seal', 'event', ({ events }) => (events[2].seal = 4)],
    ['a seal names another seal before it', 'seal', ({ seals }) => (seals[1].previous = '')],
    ['an event gets the path of another', 'event', ({ events }) => (events[1].path = events[0].path)],
    ['the story does not match the events', 'story', (made) => (made.story = ['given away'])],
    ['a field is added', 'form', (made) => (made.extra = true)],
    ['an event was hashed in an unknown form', 'form', ({ events }) => (events[0].fields[0] = 'coffee-tea.log.9')],
  ];
  it.each(changes)('is refused when %s', (_, why, change) => {
    expect(refusalOf(changeAndSign(change))).toBe(why);
  });

  it('without its last event is refused, because the signature covers the whole document', () => {
    const cut = parsed();
    cut.events.pop();
    cut.seals.pop();
    expect(refusalOf(`${canonicalJson(cut)}\n`)).toBe('signature');
  });

  it('is refused when its JSON is nested too deeply to be read', () => {
    expect(refusalOf(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}\n`)).toBe('form');
  });

  it('is refused after a change of any byte or any value', () => {
    const bytes = Buffer.from(good);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        fc.pre(bytes[at] !== byte);
        const changed = Buffer.from(bytes);
        changed[at] = byte;
        expect(refusalOf(changed.toString('utf8'))).not.toBe('good');
      }),
      { numRuns: 1_500 },
    );
    const places = listPlaces(JSON.parse(good));
    const values = fc.oneof(fc.jsonValue(), fc.constantFrom(...places.map(({ value }) => value)));
    fc.assert(
      fc.property(fc.constantFrom(...places), values, ({ path }, value) => {
        const changed = parsed();
        const owner = path.slice(0, -1).reduce((at, name) => at[name], changed);
        owner[path.at(-1)!] = value;
        fc.pre(`${canonicalJson(changed)}\n` !== good);
        expect(refusalOf(`${canonicalJson(changed)}\n`)).not.toBe('good');
      }),
      { numRuns: 1_500 },
    );
  });
});

function listPlaces(value: any, path: string[] = []): { path: string[]; value: unknown }[] {
  const here = path.length > 0 ? [{ path, value }] : [];
  if (typeof value !== 'object' || value === null) return here;
  return [...here, ...Object.entries(value).flatMap(([name, item]) => listPlaces(item, [...path, name]))];
}

describe('The seal key', () => {
  const unsigned = { position: 9, after: 0, root: 'aa', hash: 'bb', sealedAt: new Date(1_767_600_000_123) };

  it('can be changed: seals of former keys stay valid, if the secret or the public key of the former key is set', () => {
    const old = key.sign(unsigned, '');
    const { publicKey } = key.trusted.all[0];
    expect(new SealKey(secret(2)).hasSigned(old, '')).toBe(false);
    for (const former of [secret(1), `public:${publicKey}`]) {
      const changed = new SealKey(secret(2), [former]);
      expect(changed.hasSigned(old, '')).toBe(true);
      expect(changed.sign(unsigned, '').keyId).toBe(changed.id);
      expect(changed.trusted.all.map(({ id }) => id)).toEqual([stranger.id, key.id]);
      expect(changed.hasSigned({ ...old, keyId: changed.id }, '')).toBe(false);
    }
    expect(() => new SealKey(secret(2), ['public:abc'])).toThrow();
  });
});
