import { createHash } from 'node:crypto';

/** A person with unusual data, so that a test can find every copy of it. */
export interface Recognisable {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly address: string;
  readonly note: string;
}

const withoutAccents = (text: string) =>
  text.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/g, 'd').replace(/Đ/g, 'D');
const escaped = (text: string) =>
  text.replace(/[^\x20-\x7e]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);

/**
 * The base64 forms of a text at each offset in a longer text. The characters at both ends are cut, because they depend
 * on the text before and after.
 */
const base64s = (text: string) =>
  [0, 1, 2].map((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
    const whole = bytes.subarray(0, bytes.length - (bytes.length % 3)).toString('base64');
    return offset === 0 ? whole : whole.slice(4);
  });

const digests = (text: string) =>
  ['md5', 'sha1', 'sha256'].flatMap((name) =>
    (['hex', 'base64', 'base64url'] as const).map((as) => createHash(name).update(text).digest(as).slice(0, 22)),
  );

/** The texts to search for: each text itself and its encoded forms, all in lower case. */
export function searchPatterns(somebody: Recognisable): Map<string, string> {
  const patterns = new Map<string, string>();
  const searched = Object.entries(somebody).flatMap(([what, text]) => {
    const words = what === 'phone' ? [text.slice(1)] : text.split(/[\s@,]+/).filter((word: string) => word.length >= 7);
    return [text, ...words].map((each) => [what, each] as const);
  });
  for (const [what, text] of searched) {
    const spellings = [text, text.toLowerCase(), text.toUpperCase(), withoutAccents(text), text.normalize('NFD')];
    for (const each of new Set(spellings)) {
      const encoded = [
        ...[each, escaped(each), encodeURIComponent(each), encodeURIComponent(each).replace(/%20/g, '+')],
        ...[Buffer.from(each).toString('hex'), each.replace(/ /g, '-')],
        ...(each.length >= 9 ? base64s(each) : []),
        ...(each.length >= 9 ? base64s(each).map((one) => one.replace(/\+/g, '-').replace(/\//g, '_')) : []),
      ];
      for (const one of encoded) patterns.set(one.toLowerCase(), `${what}: ${each}`);
    }
    if (what === 'email' || what === 'phone')
      for (const one of digests(text).concat(digests(text.toLowerCase())))
        patterns.set(one.toLowerCase(), `digest of ${what}`);
  }
  return patterns;
}

/** The search patterns that are found in the bytes. */
export function findPatterns(bytes: Buffer, patterns: ReadonlyMap<string, string>): string[] {
  const text = bytes.toString('utf8').toLowerCase();
  return [...patterns].flatMap(([pattern, what]) => {
    const at = text.indexOf(pattern);
    return at < 0
      ? []
      : [`${what} … ${text.slice(Math.max(0, at - 60), at + pattern.length + 30).replace(/\s+/g, ' ')}`];
  });
}
