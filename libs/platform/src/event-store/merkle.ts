import { hash } from 'node:crypto';

const sha256 = (...parts: readonly Uint8Array[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer');

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

/** The Merkle tree hash of RFC 6962 over a list of hashes in hex, as hex. */
export const merkleRoot = (hashes: readonly string[]): string => tree(hashes, 0, hashes.length).toString('hex');

function tree(hashes: readonly string[], from: number, to: number): Buffer {
  if (from === to) return sha256();
  if (to - from === 1) return sha256(LEAF, Buffer.from(hashes[from], 'hex'));
  const half = from + 2 ** Math.floor(Math.log2(to - from - 1)); // the largest power of two below the size
  return sha256(NODE, tree(hashes, from, half), tree(hashes, half, to));
}
