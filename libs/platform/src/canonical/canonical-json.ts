/**
 * Canonical JSON: equal values give equal texts. Names are sorted by UTF-16 code units, there are no blanks, and
 * numbers and texts are written as ECMAScript writes them.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const own = value as Readonly<Record<string, unknown>>;
  const names = Object.keys(own).filter((name) => own[name] !== undefined);
  return `{${names
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(own[name])}`)
    .join(',')}}`;
}
