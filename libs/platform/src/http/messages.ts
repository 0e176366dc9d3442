import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';

export type Locale = 'vi' | 'en';

/**
 * Texts by the code of an error or of a fault. `{name}` is replaced by the param with this name. If the catalogue has a
 * translation of the param's value, such as `word.preparing` for the value `preparing`, the translation is used.
 */
export type Texts = Readonly<Record<string, string>>;

const catalogue: Record<Locale, Map<string, string>> = { vi: new Map(), en: new Map() };

/**
 * Adds the texts of a context. The key of a text is an error code, or the fault of a field such as `text.long`. Two
 * contexts can use the same code if the text is the same.
 */
export function addMessages(texts: { readonly vi?: Texts; readonly en?: Texts }): void {
  for (const locale of ['vi', 'en'] as const)
    for (const [code, text] of Object.entries(texts[locale] ?? {})) {
      const known = catalogue[locale].get(code);
      if (known !== undefined && known !== text) throw new Error(`two texts for ${code}: "${known}" and "${text}"`);
      catalogue[locale].set(code, text);
    }
}

function fillIn(text: string, params: Readonly<Record<string, unknown>>, locale: Locale): string {
  const word = (value: string): string => catalogue[locale].get(`word.${value}`) ?? value;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? word(String(params[name])) : whole));
}

/** The text of a code in a language. If the catalogue has no such text, the fallback (English) is used. */
export function textOf(
  code: string,
  locale: Locale,
  params: Readonly<Record<string, unknown>> = {},
  fallback = code,
): string {
  return fillIn(catalogue[locale].get(code) ?? fallback, params, locale);
}

/** Only the first characters of a longer header are read. */
const LONGEST_HEADER = 500;
/**
 * The results are cached, because browsers send only a few different headers, and each request asks for its language
 * more than once.
 */
const localeCaches = { vi: new LRUCache<string, Locale>({ max: 500 }), en: new LRUCache<string, Locale>({ max: 500 }) };

/**
 * Vietnamese or English, whichever `Accept-Language` prefers. If the header prefers both equally, the first language
 * counts. If the header names none of these two languages, the result is `otherwise`. `*` means every language that the
 * header does not name. If `*` counts for both languages, the result is `otherwise`, because many clients send only `*`
 * when nobody has chosen a language.
 */
export function localeOf(acceptLanguage: string | undefined, otherwise: Locale = 'en'): Locale {
  if (!acceptLanguage) return otherwise;
  const header = acceptLanguage.slice(0, LONGEST_HEADER);
  const known = localeCaches[otherwise].get(header);
  if (known) return known;
  const found = new Negotiator({ headers: { 'accept-language': header } }).language([otherwise, 'vi', 'en']);
  const locale = found === 'vi' || found === 'en' ? found : otherwise;
  localeCaches[otherwise].set(header, locale);
  return locale;
}
