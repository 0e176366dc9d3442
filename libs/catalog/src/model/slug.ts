import { foldedWords } from '../search/folding';

const ascii = (word: string): string => word.replace(/[^a-z0-9]/g, '');

const joined = (text: string, most: number): string =>
  foldedWords(text)
    .map(ascii)
    .filter((word) => word.length > 0)
    .reduce((slug, word) => (slug.length + word.length + 1 > most ? slug : slug ? `${slug}-${word}` : word), '');

/** A name as an address has it: `Cà phê sữa đá` is `ca-phe-sua-da`. Names in other scripts come out as the fallback. */
export const slugOf = (name: string, fallback: string): string => joined(name, 80) || fallback;

/** A short code out of names, as it stands on a shelf label: `CA-PHE-SUA-DA-M`. */
export const skuOf = (product: string, variant: string, fallback: string): string =>
  [joined(product, 40), joined(variant, 20) || fallback].filter(Boolean).join('-').toUpperCase();
