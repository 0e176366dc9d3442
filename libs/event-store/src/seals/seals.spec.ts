import { createHash } from 'node:crypto';
import { netstrings } from '#platform/canonical';
import { hashOfEvent, ORIGIN, type StoredEvent } from './chain';
import { merkleRoot } from './merkle';
import { SealKey } from './seal-key';

const event: StoredEvent = {
  id: '01900000-0000-7000-8000-000000000001',
  streamId: '01900000-0000-7000-8000-000000000002',
  version: 1,
  type: 'OrderPlaced',
  schemaVersion: 1,
  data: '{"name": "Cà phê"}',
  metadata: '{}',
  micros: '1767600000123456',
};

describe('The hash of a position', () => {
  it('has not changed since the first build', () => {
    expect(hashOfEvent(ORIGIN, 1, event)).toBe('e3f3be0bb6286fd1a4902ba40608659c1099d5ba800fadc3a5cab0ba0c5c0be0');
  });

  it('changes with every column, with the position and with the hash before', () => {
    const changed = Object.entries(event).map(([name, value]) =>
      hashOfEvent(ORIGIN, 1, { ...event, [name]: typeof value === 'number' ? value + 1 : `${value} ` }),
    );
    const all = [
      hashOfEvent(ORIGIN, 1, event),
      hashOfEvent(ORIGIN, 2, event),
      hashOfEvent('1'.repeat(64), 1, event),
      ...changed,
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('is different if a letter moves from one column to the next', () => {
    expect(netstrings(['ab', 'c'])).toBe('2:ab,1:c,');
    expect(netstrings(['a', 'bc'])).not.toBe(netstrings(['ab', 'c']));
    expect(netstrings(['ê'])).toBe('2:ê,');
  });
});

describe('The Merkle root', () => {
  const sha = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
  const leaf = (hex: string) => sha(Buffer.from([0]), Buffer.from(hex, 'hex'));
  const node = (a: Buffer, b: Buffer) => sha(Buffer.from([1]), a, b);
  const [a, b, c] = ['0a', '0b', '0c'] as const;

  it('matches RFC 6962', () => {
    expect(merkleRoot([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(merkleRoot([''])).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
    expect(merkleRoot([a, b, c])).toBe(node(node(leaf(a), leaf(b)), leaf(c)).toString('hex'));
  });
});

describe('A seal', () => {
  const key = new SealKey(Buffer.alloc(32, 1).toString('base64'));
  const unsigned = { position: 9, after: 0, root: 'aa', hash: 'bb', sealedAt: new Date(1_767_600_000_123) };

  it('is valid only if it is unchanged, its key signed it, and it follows the same seal', () => {
    const seal = key.sign(unsigned, '');
    expect(key.hasSigned(seal, '')).toBe(true);
    expect(key.hasSigned(seal, 'another')).toBe(false);
    for (const change of [{ position: 8 }, { after: 1 }, { root: 'ab' }, { hash: 'bc' }, { sealedAt: new Date(0) }])
      expect(key.hasSigned({ ...seal, ...change }, '')).toBe(false);
    const other = new SealKey(Buffer.alloc(32, 2).toString('base64'));
    expect(other.hasSigned(seal, '')).toBe(false);
    expect(other.hasSigned({ ...seal, keyId: other.id }, '')).toBe(false);
  });
});
