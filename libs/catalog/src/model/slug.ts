import { foldedWords } from './folding';

const ascii = (word: string): string => word.replace(/[^a-z0-9]/g, '');

/** The first `maxLength` characters, without a separator at the end. */
const truncate = (text: string, maxLength: number): string => text.slice(0, maxLength).replace(/[-._]+$/, '');

/** The words of a text, joined with hyphens and cut to `maxLength` characters. */
const joinWords = (text: string, maxLength: number): string =>
  truncate(
    foldedWords(text)
      .map(ascii)
      .filter((word) => word.length > 0)
      .join('-'),
    maxLength,
  );

const LONGEST_SLUG = 80;
const LONGEST_STEM = 40;

/**
 * The slug of a name: `Cà phê sữa đá` becomes `ca-phe-sua-da`. A name without Latin letters or digits gives `fallback`.
 */
export const slugOf = (name: string, fallback: string): string => joinWords(name, LONGEST_SLUG) || fallback;

/** The beginning of a product's SKUs, made from its slug. */
export const stemOf = (slug: string): string => truncate(slug.toUpperCase(), LONGEST_STEM);

/** A SKU from a product's stem and a variant's name: `CA-PHE-SUA-DA-M`. */
export const skuOf = (stem: string, variant: string, fallback: string): string =>
  `${truncate(stem, LONGEST_STEM)}-${joinWords(variant, 20) || fallback}`.toUpperCase();

/** The wanted code if it is free, else the code with a number. Adds the result to `taken`. */
export function freeCode(wanted: string, taken: Set<string>): string {
  let code = wanted;
  for (let n = 2; taken.has(code); n++) code = `${wanted}-${n}`;
  taken.add(code);
  return code;
}
