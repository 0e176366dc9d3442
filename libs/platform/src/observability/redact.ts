/**
 * Fields with these names contain secrets or personal data. Their values must never be in a log.
 */
const SECRET_NAMES =
  /pass(word|wd|phrase)|secret|token|authorization|cookie|credential|api[-_]?key|private[-_]?key|signature|otp|pin$|^code$|^state$|idempotency/i;
const PERSONAL_NAMES =
  /e-?mail|phone|mobile|address(?!es$)|^to$|^note$|^contact$|(first|last|full|given|family|customer|contact|recipient)[-_]?name|^name$|birth|^customer$|^street$|^ward$/i;

/** Patterns of secrets and personal data inside a text, each with the text that replaces a match. */
const TEXT_PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\bBearer\s+[\w.~+/=-]+/gi, 'Bearer [redacted]'],
  [/\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*/g, '[redacted]'],
  [/(\w+:\/\/)[^\s/:@]*:[^\s/@]*@/g, '$1[redacted]@'],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '[redacted]'],
  [/(Key \([^)]*\)=)\([^)]*\)/g, '$1([redacted])'],
  [/(?:\+84|\b0)\d{9}\b/g, '[redacted]'],
];

export const REDACTED = '[redacted]';

const namesSeen = new Map<string, boolean>();
/** Limits for the map of names. The shop has few field names, but a query string can contain any names. */
const MOST_NAMES = 2_000;
const LONGEST_NAME = 64;

function isHidden(name: string): boolean {
  let hidden = namesSeen.get(name);
  if (hidden === undefined) {
    hidden = SECRET_NAMES.test(name) || PERSONAL_NAMES.test(name);
    if (namesSeen.size < MOST_NAMES && name.length <= LONGEST_NAME) namesSeen.set(name, hidden);
  }
  return hidden;
}

/**
 * A quick first test. A text that does not match this pattern cannot match any of `TEXT_PATTERNS`. Most texts do not
 * match.
 */
const SUSPICIOUS = /@|eyJ|bearer\s|key \(|\d{9}/i;

export const redactText = (text: string): string =>
  SUSPICIOUS.test(text) ? TEXT_PATTERNS.reduce((clean, [pattern, mask]) => clean.replace(pattern, mask), text) : text;

/** Limits for one value in a log line. */
const MOST_LEVELS = 6;
const MOST_ENTRIES = 50;
const MOST_VALUES = 1_000;
const LONGEST_TEXT = 10_000;

/**
 * How many more values of one logged object can be written. The limit is for objects with many entries on several
 * levels.
 */
interface Budget {
  values: number;
}

/**
 * Returns a copy without secrets and personal data. The copy is cut off after six levels, after fifty entries of a list
 * or object, after ten thousand characters of a text, and after a thousand values in total.
 */
export const redact = (value: unknown): unknown => redactWithin({ values: MOST_VALUES }, value, 0);

function redactWithin(budget: Budget, value: unknown, depth: number): unknown {
  if ((budget.values -= 1) < 0) return '[more]';
  if (typeof value === 'string') return redactText(value.slice(0, LONGEST_TEXT));
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? undefined : value;
  if (value instanceof Date) return value;
  if (depth >= MOST_LEVELS) return '[deep]';
  if (value instanceof Error) return redactError(budget, value, depth);
  if (Buffer.isBuffer(value)) return `[${value.length} bytes]`;
  if (Array.isArray(value)) return value.slice(0, MOST_ENTRIES).map((each) => redactWithin(budget, each, depth + 1));
  return Object.fromEntries(
    Object.keys(value)
      .slice(0, MOST_ENTRIES)
      .map((name) => [
        name.slice(0, LONGEST_NAME),
        isHidden(name) ? REDACTED : redactWithin(budget, (value as Record<string, unknown>)[name], depth + 1),
      ]),
  );
}

function redactError(budget: Budget, error: Error, depth: number): Record<string, unknown> {
  const { code, cause } = error as Error & { code?: unknown };
  return {
    name: error.name,
    message: redactText(error.message.slice(0, LONGEST_TEXT)),
    ...(typeof code === 'string' && { code }),
    ...(error.stack && { stack: redactText(error.stack.slice(0, LONGEST_TEXT)) }),
    ...(cause !== undefined && { cause: redactWithin(budget, cause, depth + 1) }),
  };
}
