/**
 * Canonical JSON: equal values give equal texts. Names are sorted by UTF-16 code units, there are no blanks, and
 * numbers and texts are written as ECMAScript writes them.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return Array.isArray(value) ? canonicalArray(value) : canonicalObject(value as Readonly<Record<string, unknown>>);
}

function canonicalArray(items: readonly unknown[]): string {
  let text = '';
  for (const item of items) text += `${text && ','}${canonicalJson(item ?? null)}`;
  return `[${text}]`;
}

// Both functions append to one text in a loop, which is fast. They run for every event and every journal line.
function canonicalObject(members: Readonly<Record<string, unknown>>): string {
  let text = '';
  for (const name of Object.keys(members).sort()) {
    const value = members[name];
    if (value !== undefined) text += `${text && ','}${quoted(name)}:${canonicalJson(value)}`;
  }
  return `{${text}}`;
}

const MOST_NAMES = 1_000;
const quotedNames = new Map<string, string>();

/** Events and journal lines have few different names. So each quoted name is stored and used again. */
function quoted(name: string): string {
  const known = quotedNames.get(name);
  if (known !== undefined) return known;
  const text = JSON.stringify(name);
  if (quotedNames.size < MOST_NAMES) quotedNames.set(name, text);
  return text;
}
