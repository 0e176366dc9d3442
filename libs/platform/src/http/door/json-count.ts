import type { BodyLimits } from './body-limits';

/** `deep`: nested too deeply; `many`: too many values; `names`: too many field names. */
export type ExceededLimit = 'deep' | 'many' | 'names';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPENING = [0x5b, 0x7b];
const CLOSING = [0x5d, 0x7d];
const BLANK = [0x20, 0x09, 0x0a, 0x0d];

/** The kinds of bytes. All other bytes are part of a number, `true`, `false` or `null`. */
const Kind = { word: 0, quote: 1, comma: 2, colon: 3, opening: 4, closing: 5, blank: 6 } as const;
const kindOfByte = new Uint8Array(256);
for (const [kind, bytes] of [
  [Kind.quote, [QUOTE]],
  [Kind.comma, [COMMA]],
  [Kind.colon, [COLON]],
  [Kind.opening, OPENING],
  [Kind.closing, CLOSING],
  [Kind.blank, BLANK],
] as const)
  for (const byte of bytes) kindOfByte[byte] = kind;

/**
 * Counts the names, values and levels of nesting in a JSON text while its bytes arrive. So a text that exceeds a limit
 * is never parsed. A repeated name is counted each time. This class does not check whether the text is valid JSON.
 */
export class JsonCount {
  keys = 0;
  /** Members of objects and entries of lists. */
  values = 0;
  excess: ExceededLimit | undefined;

  private depth = 0;
  private inText = false;
  private isEscaped = false;
  /** True directly after the beginning of an object or a list, which can still turn out to be empty. */
  private isFresh = false;

  constructor(private readonly limits: Pick<BodyLimits, 'keys' | 'values' | 'depth'>) {}

  /** Returns which limit the text exceeds; undefined while the text exceeds no limit. */
  addBytes(bytes: Uint8Array): ExceededLimit | undefined {
    for (let at = 0; at < bytes.length && this.excess === undefined; at += 1) {
      const byte = bytes[at];
      if (!this.inText) this.countByte(byte);
      else if (this.isEscaped) this.isEscaped = false;
      else if (byte === BACKSLASH) this.isEscaped = true;
      else if (byte === QUOTE) this.inText = false;
    }
    return this.excess;
  }

  private countByte(byte: number): void {
    switch (kindOfByte[byte]) {
      case Kind.word:
        return this.beginValue();
      case Kind.quote:
        this.inText = true;
        return this.beginValue();
      case Kind.comma:
        return this.countValue();
      case Kind.colon:
        this.keys += 1;
        if (this.keys > this.limits.keys) this.excess = 'names';
        return;
      case Kind.opening:
        this.beginValue();
        this.isFresh = true;
        this.depth += 1;
        if (this.depth > this.limits.depth) this.excess = 'deep';
        return;
      case Kind.closing:
        this.isFresh = false;
        this.depth -= 1;
    }
  }

  private beginValue(): void {
    if (!this.isFresh) return;
    this.isFresh = false;
    this.countValue();
  }

  private countValue(): void {
    this.values += 1;
    if (this.values > this.limits.values) this.excess = 'many';
  }
}
