import { isOneLine } from '#kernel';
import { field, type Complaint, type FieldOptions } from './field';

const UNSTORABLE = /\p{Surrogate}/u;

/** The stops of other scripts that browsers read as a dot. */
const DOTS = /[\u3002\uff0e\uff61]/g;
const SCHEME = /\p{L}[\p{L}\p{N}+.-]*:\s*\/\/|\bwww\.\S|\bmailto:/iu;
const NUMBERED = /\d{1,3}(?:\.\d{1,3}){3}/;
const DOTTED = /([\p{L}\p{N}-]+)\.(\p{L}[\p{L}\p{N}-]+)(?=([/:?#.@]?))/gu;
/** "TS.Nguyễn", "St.John": a short title, then a name. */
const TITLE = /^\p{Lu}\p{L}{0,3}$/u;
const CAPITAL = /^\p{Lu}/u;
/** Endings that mail programs make a link of, whatever stands before them. */
const ENDING = /^(?:com|net|org|info|biz|vn|io|co|me|ly|gl|app|dev|shop|store|online|site|top|xyz|club|live|link)$/i;

function looksLikeAddress(text: string): boolean {
  const plain = text.normalize('NFKC').replace(DOTS, '.');
  if (SCHEME.test(plain) || NUMBERED.test(plain)) return true;
  return [...plain.matchAll(DOTTED)].some(
    ([, before, after, next]) => next !== '' || !TITLE.test(before) || !CAPITAL.test(after) || ENDING.test(after),
  );
}

/** What keeps a text from being a name: it is printed, shown and written to people, so it is one line and leads nowhere. */
export function faultOfName(value: unknown, max: number): Complaint | undefined {
  if (typeof value !== 'string') return { code: 'text' };
  if (value.trim() === '') return { code: 'text.blank' };
  if (UNSTORABLE.test(value)) return { code: 'text.characters' };
  if (!isOneLine(value)) return { code: 'text.line' };
  if ([...value].length > max) return { code: 'text.long', params: { max } };
  return looksLikeAddress(value) ? { code: 'text.link' } : undefined;
}

/** The name of a person or of a place: one line without web addresses, in one Unicode form, without blanks around it. */
export const PersonName = ({
  max = 100,
  ...options
}: FieldOptions<string> & { readonly max?: number } = {}): PropertyDecorator =>
  field(
    {
      check: (value) => faultOfName(value, max),
      read: (value) => (typeof value === 'string' ? value.trim().normalize('NFC') : value),
      schema: { type: String, minLength: 1, maxLength: max },
    },
    options,
  );
