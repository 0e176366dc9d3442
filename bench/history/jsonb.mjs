// A JSON value as Postgres prints it as jsonb: keys sorted by length and then by bytes, with ": " and ", " as separators.
// The hash of an event covers these bytes. So if this code is wrong, `events verify` reports it.
const order = new Map();

const sorted = (keys) => {
  const known = order.get(keys.join());
  if (known) return known;
  const made = [...keys].sort((a, b) => a.length - b.length || (a < b ? -1 : 1)).map((key) => [key, `"${key}": `]);
  order.set(keys.join(), made);
  return made;
};

/** @param value may have plain objects with ASCII names, arrays, texts, whole numbers, booleans and null. */
export function jsonb(value) {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || typeof value !== 'object') return String(value);
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += (text && ', ') + jsonb(item);
    return `[${text}]`;
  }
  for (const [key, head] of sorted(Object.keys(value))) {
    if (value[key] !== undefined) text += (text && ', ') + head + jsonb(value[key]);
  }
  return `{${text}}`;
}
