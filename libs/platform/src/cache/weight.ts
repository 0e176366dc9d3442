const BYTES_PER_CHARACTER = 4;
const BYTES_PER_VALUE = 16;

/**
 * An estimate of the memory that a value takes, in bytes. The estimate is too high rather than too low. A character
 * counts as four bytes: two for the text, and two because responses are also stored as encoded bytes.
 */
export function weightOf(value: unknown): number {
  if (typeof value === 'string') return BYTES_PER_VALUE + value.length * BYTES_PER_CHARACTER;
  if (typeof value !== 'object' || value === null) return BYTES_PER_VALUE;
  if (value instanceof Uint8Array) return BYTES_PER_VALUE + value.byteLength;
  let weight = BYTES_PER_VALUE;
  for (const [name, member] of Object.entries(value))
    weight += weightOf(member) + (Array.isArray(value) ? 0 : 2 * name.length);
  return weight;
}
