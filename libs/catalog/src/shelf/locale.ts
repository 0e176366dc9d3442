export type Locale = 'vi' | 'en';

/** The shop is Vietnamese: its texts are, unless `Accept-Language` prefers English to Vietnamese. */
export function shelfLocale(acceptLanguage: string | undefined): Locale {
  let [vi, en] = [0, 0];
  for (const part of (acceptLanguage ?? '').toLowerCase().split(',').slice(0, 20)) {
    const [, language, quality] = /^\s*(vi|en)\b[^;]*(?:;\s*q=([\d.]+))?/.exec(part) ?? [];
    if (language === 'vi') vi = Math.max(vi, Number(quality ?? 1));
    if (language === 'en') en = Math.max(en, Number(quality ?? 1));
  }
  return en > vi ? 'en' : 'vi';
}
