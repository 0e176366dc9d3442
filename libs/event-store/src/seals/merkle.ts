import { hash } from 'node:crypto';

const sha256 = (...parts: readonly Uint8Array[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer');

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

/** The Merkle tree hash of RFC 6962 over a list of hashes in hex, as hex. */
export const merkleRoot = (hashes: readonly string[]): string => tree(hashes, 0, hashes.length).toString('hex');

function tree(hashes: readonly string[], from: number, to: number): Buffer {
  if (from === to) return sha256();
  if (to - from === 1) return sha256(LEAF, Buffer.from(hashes[from], 'hex'));
  const half = from + halfOf(to - from);
  return sha256(NODE, tree(hashes, from, half), tree(hashes, half, to));
}

/** The largest power of two that is smaller than the size. */
const halfOf = (size: number): number => 2 ** Math.floor(Math.log2(size - 1));

/**
 * The Merkle paths of many hashes, from the leaf up. The hash over a range is computed once, even if several paths
 * need it.
 */
export function merklePaths(hashes: readonly string[]): (index: number) => readonly string[] {
  const known = new Map<string, Buffer>();
  const over = (from: number, to: number): Buffer => {
    if (to - from === 1) return sha256(LEAF, Buffer.from(hashes[from], 'hex'));
    const name = `${from} ${to}`;
    const before = known.get(name);
    if (before) return before;
    const half = from + halfOf(to - from);
    const made = sha256(NODE, over(from, half), over(half, to));
    known.set(name, made);
    return made;
  };
  const path = (index: number, from: number, to: number): Buffer[] => {
    if (to - from === 1) return [];
    const half = from + halfOf(to - from);
    return index < half ? [...path(index, from, half), over(half, to)] : [...path(index, half, to), over(from, half)];
  };
  return (index) => path(index, 0, hashes.length).map((one) => one.toString('hex'));
}

/**
 * The Merkle path of one hash: the hashes that it is combined with at each step, from the leaf up (RFC 6962, 2.1.1).
 */
export const merklePath = (hashes: readonly string[], index: number): readonly string[] => merklePaths(hashes)(index);

/** The root that follows from a hash at `index` of `size` and its path; undefined if the index or the path is wrong. */
export function rootFrom(hash: string, index: number, size: number, path: readonly string[]): string | undefined {
  if (index < 0 || index >= size) return undefined;
  const up = [...path];
  const go = (at: number, width: number): Buffer | undefined => {
    if (width === 1) return sha256(LEAF, Buffer.from(hash, 'hex'));
    const half = halfOf(width);
    const sibling = up.pop(); // the last hash of the path is next to the root
    if (sibling === undefined) return undefined;
    const other = Buffer.from(sibling, 'hex');
    const mine = at < half ? go(at, half) : go(at - half, width - half);
    if (!mine) return undefined;
    return at < half ? sha256(NODE, mine, other) : sha256(NODE, other, mine);
  };
  const root = go(index, size);
  return up.length === 0 ? root?.toString('hex') : undefined;
}
