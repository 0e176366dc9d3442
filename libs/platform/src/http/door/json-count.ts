import type { Room } from './room';

/** `deep`: nested too deeply; `many`: too many values; `names`: too many names of fields. */
export type JsonExcess = 'deep' | 'many' | 'names';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPENING = [0x5b, 0x7b];
const CLOSING = [0x5d, 0x7d];
const BLANK = [0x20, 0x09, 0x0a, 0x0d];

const WORD = 0;
const kinds = new Uint8Array(256);
for (const [kind, bytes] of [[QUOTE], [COMMA], [COLON], OPENING, CLOSING, BLANK].entries())
  for (const byte of bytes) kinds[byte] = kind + 1;

/**
 * Counts the contents of a JSON text while its bytes arrive, so that a text with too many contents is never parsed. A
 * repeated name counts twice. It does not check that the text is JSON.
 */
export class JsonCount {
  keys = 0;
  /** Members of objects and entries of lists. */
  values = 0;
  excess: JsonExcess | undefined;

  private depth = 0;
  private inText = false;
  private isEscaped = false;
  /** A container was opened, and nothing has been seen in it yet. */
  private isFresh = false;

  constructor(private readonly room: Pick<Room, 'keys' | 'values' | 'depth'>) {}

  /** Returns the limit that is exceeded, as soon as one is. */
  take(bytes: Uint8Array): JsonExcess | undefined {
    for (let at = 0; at < bytes.length && this.excess === undefined; at += 1) {
      const byte = bytes[at];
      if (!this.inText) this.see(byte);
      else if (this.isEscaped) this.isEscaped = false;
      else if (byte === BACKSLASH) this.isEscaped = true;
      else if (byte === QUOTE) this.inText = false;
    }
    return this.excess;
  }

  private see(byte: number): void {
    switch (kinds[byte]) {
      case WORD:
        return this.begin();
      case 1:
        this.inText = true;
        return this.begin();
      case 2:
        return this.value();
      case 3:
        this.keys += 1;
        if (this.keys > this.room.keys) this.excess = 'names';
        return;
      case 4:
        this.begin();
        this.isFresh = true;
        this.depth += 1;
        if (this.depth > this.room.depth) this.excess = 'deep';
        return;
      case 5:
        this.isFresh = false;
        this.depth -= 1;
    }
  }

  private begin(): void {
    if (!this.isFresh) return;
    this.isFresh = false;
    this.value();
  }

  private value(): void {
    this.values += 1;
    if (this.values > this.room.values) this.excess = 'many';
  }
}
