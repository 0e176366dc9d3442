import { foldedWords } from '../search/folding';

const ascii = (word: string): string => word.replace(/[^a-z0-9]/g, '');

/** The first `most` characters, without a separator at the end. */
const cut = (text: string, most: number): string => text.slice(0, most).replace(/[-._]+$/, '');

/** The words of a text, cut where it is longer than `most`; no word is left out for being long. */
const joined = (text: string, most: number): string =>
  cut(
    foldedWords(text)
      .map(ascii)
      .filter((word) => word.length > 0)
      .join('-'),
    most,
  );

const LONGEST_SLUG = 80;
const LONGEST_STEM = 40;

/** A name as an address has it: `Cà phê sữa đá` is `ca-phe-sua-da`. Names in other scripts come out as the fallback. */
export const slugOf = (name: string, fallback: string): string => joined(name, LONGEST_SLUG) || fallback;

/** What a product's codes begin with, out of its address. */
export const stemOf = (slug: string): string => cut(slug.toUpperCase(), LONGEST_STEM);

/** A short code out of a product's stem and a variant's name, as it stands on a shelf label: `CA-PHE-SUA-DA-M`. */
export const skuOf = (stem: string, variant: string, fallback: string): string =>
  `${cut(stem, LONGEST_STEM)}-${joined(variant, 20) || fallback}`.toUpperCase();

/** The wish, or the wish with a number behind it, whichever is not taken yet. It is taken from then on. */
export function freeCode(wish: string, taken: Set<string>): string {
  let code = wish;
  for (let n = 2; taken.has(code); n++) code = `${wish}-${n}`;
  taken.add(code);
  return code;
}
