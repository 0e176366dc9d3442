import { hash } from 'node:crypto';

const sha256 = (...parts: readonly Uint8Array[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer');

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

/** The Merkle tree hash of RFC 6962 over a list of hashes in hex, as hex. */
export const merkleRoot = (hashes: readonly string[]): string => hashTree(hashes, 0, hashes.length).toString('hex');

function hashTree(hashes: readonly string[], from: number, to: number): Buffer {
  if (from === to) return sha256();
  if (to - from === 1) return sha256(LEAF, Buffer.from(hashes[from], 'hex'));
  const half = from + leftSizeOf(to - from);
  return sha256(NODE, hashTree(hashes, from, half), hashTree(hashes, half, to));
}

/** The largest power of two that is smaller than the size. */
const leftSizeOf = (size: number): number => 2 ** Math.floor(Math.log2(size - 1));

/**
 * Returns a function that gives the Merkle path of the hash at an index, from the leaf up. The hash over a range is
 * computed once, even if several paths need it.
 */
export function merklePaths(hashes: readonly string[]): (index: number) => readonly string[] {
  const known = new Map<string, Buffer>();
  const hashOver = (from: number, to: number): Buffer => {
    if (to - from === 1) return sha256(LEAF, Buffer.from(hashes[from], 'hex'));
    const name = `${from} ${to}`;
    const computed = known.get(name);
    if (computed) return computed;
    const half = from + leftSizeOf(to - from);
    const hashed = sha256(NODE, hashOver(from, half), hashOver(half, to));
    known.set(name, hashed);
    return hashed;
  };
  const path = (index: number, from: number, to: number): Buffer[] => {
    if (to - from === 1) return [];
    const half = from + leftSizeOf(to - from);
    return index < half
      ? [...path(index, from, half), hashOver(half, to)]
      : [...path(index, half, to), hashOver(from, half)];
  };
  return (index) => path(index, 0, hashes.length).map((one) => one.toString('hex'));
}

/**
 * The Merkle path of one hash: the hashes that it is combined with at each step, from the leaf up (RFC 6962, 2.1.1).
 */
export const merklePath = (hashes: readonly string[], index: number): readonly string[] => merklePaths(hashes)(index);

/**
 * Computes the root of a tree of `size` hashes from the hash at `index` and its path. Returns undefined if the index or
 * the length of the path is wrong.
 */
export function computeRoot(hash: string, index: number, size: number, path: readonly string[]): string | undefined {
  if (index < 0 || index >= size) return undefined;
  const siblings = [...path];
  const rootOf = (at: number, width: number): Buffer | undefined => {
    if (width === 1) return sha256(LEAF, Buffer.from(hash, 'hex'));
    const half = leftSizeOf(width);
    const sibling = siblings.pop(); // the last hash of the path is next to the root
    if (sibling === undefined) return undefined;
    const other = Buffer.from(sibling, 'hex');
    const ownHash = at < half ? rootOf(at, half) : rootOf(at - half, width - half);
    if (!ownHash) return undefined;
    return at < half ? sha256(NODE, ownHash, other) : sha256(NODE, other, ownHash);
  };
  const root = rootOf(index, size);
  return siblings.length === 0 ? root?.toString('hex') : undefined;
}
