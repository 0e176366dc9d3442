export type Locale = 'vi' | 'en';

/**
 * Texts by code or by complaint; `{name}` is filled from the params. A param's value that is a word of ours is translated
 * too: `word.preparing`.
 */
export type Texts = Readonly<Record<string, string>>;

const catalogue: Record<Locale, Map<string, string>> = { vi: new Map(), en: new Map() };

/**
 * Adds a context's own texts: by error code, or by a field's complaint such as `text.long`. Two contexts may have a code
 * in common when they say the same of it.
 */
export function addMessages(texts: { readonly vi?: Texts; readonly en?: Texts }): void {
  for (const locale of ['vi', 'en'] as const)
    for (const [code, text] of Object.entries(texts[locale] ?? {})) {
      const known = catalogue[locale].get(code);
      if (known !== undefined && known !== text) throw new Error(`two texts for ${code}: "${known}" and "${text}"`);
      catalogue[locale].set(code, text);
    }
}

function fill(text: string, params: Readonly<Record<string, unknown>>, locale: Locale): string {
  const word = (value: string): string => catalogue[locale].get(`word.${value}`) ?? value;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? word(String(params[name])) : whole));
}

/** The text for a code in a language; the fallback (English) where the catalogue has none. */
export function textOf(
  code: string,
  locale: Locale,
  params: Readonly<Record<string, unknown>> = {},
  fallback = code,
): string {
  return fill(catalogue[locale].get(code) ?? fallback, params, locale);
}

/**
 * Vietnamese or English, whichever `Accept-Language` prefers; of two that are wanted equally the one that was named
 * first. `*` stands for every language that is not named, and of those `otherwise` comes first: many clients send `*` when
 * nobody has chosen a language, so that alone it means the same as no header. `otherwise` also answers who named neither.
 */
export function localeOf(acceptLanguage: string | undefined, otherwise: Locale = 'en'): Locale {
  const wishes = new Map<string, number>();
  for (const part of acceptLanguage?.split(',').slice(0, 20) ?? []) {
    const [tag = '', ...options] = part.trim().toLowerCase().split(';');
    const q = options.map((option) => /^\s*q=([\d.]+)\s*$/.exec(option)?.[1]).find((found) => found !== undefined);
    const language = tag.trim().split('-')[0];
    wishes.set(language, Math.max(wishes.get(language) ?? 0, q === undefined ? 1 : Number(q) || 0));
  }
  const named = [...wishes.keys()].filter((language): language is Locale => language === 'vi' || language === 'en');
  const unnamed = ([otherwise, 'vi', 'en'] as const).filter((language) => !named.includes(language));
  let [best, weight] = [otherwise, 0];
  for (const language of wishes.has('*') ? [...named, ...unnamed] : named) {
    const wanted = wishes.get(language) ?? wishes.get('*')!;
    if (wanted > weight) [best, weight] = [language, wanted];
  }
  return best;
}
