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

/** The largest power of two below a size. */
const halfOf = (size: number): number => 2 ** Math.floor(Math.log2(size - 1));

/** The way from one of the hashes to the root: what it is joined with at each step, from the leaf up (RFC 6962, 2.1.1). */
export function merklePath(hashes: readonly string[], index: number): readonly string[] {
  const path = (from: number, to: number): Buffer[] => {
    if (to - from === 1) return [];
    const half = from + halfOf(to - from);
    return index < half ? [...path(from, half), tree(hashes, half, to)] : [...path(half, to), tree(hashes, from, half)];
  };
  return path(0, hashes.length).map((one) => one.toString('hex'));
}

/** The root that a path leads to from a hash, the index-th of so many. Undefined when the path is not as long as it must be. */
export function rootFrom(hash: string, index: number, size: number, path: readonly string[]): string | undefined {
  if (index < 0 || index >= size) return undefined;
  const up = [...path];
  const go = (at: number, width: number): Buffer | undefined => {
    if (width === 1) return sha256(LEAF, Buffer.from(hash, 'hex'));
    const half = halfOf(width);
    const sibling = up.pop(); // the path ends at the root
    if (sibling === undefined) return undefined;
    const other = Buffer.from(sibling, 'hex');
    const mine = at < half ? go(at, half) : go(at - half, width - half);
    if (!mine) return undefined;
    return at < half ? sha256(NODE, mine, other) : sha256(NODE, other, mine);
  };
  const root = go(index, size);
  return up.length === 0 ? root?.toString('hex') : undefined;
}
