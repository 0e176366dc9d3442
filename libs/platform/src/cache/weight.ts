const OF_A_CHARACTER = 4;
const OF_A_MEMBER = 16;

/**
 * Roughly how many bytes of memory a value takes, rather too many than too few. A text counts four bytes a
 * character: two as text, and two because answers are also kept as encoded bytes.
 */
export function weightOf(value: unknown): number {
  if (typeof value === 'string') return OF_A_MEMBER + value.length * OF_A_CHARACTER;
  if (typeof value !== 'object' || value === null) return OF_A_MEMBER;
  if (value instanceof Uint8Array) return OF_A_MEMBER + value.byteLength;
  let weight = OF_A_MEMBER;
  for (const [name, member] of Object.entries(value))
    weight += weightOf(member) + (Array.isArray(value) ? 0 : 2 * name.length);
  return weight;
}
