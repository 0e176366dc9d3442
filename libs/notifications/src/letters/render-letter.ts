import { wordings } from './texts';
import type { Content, Locale, Rendered } from './letter';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that is safe inside HTML. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]);

/** Removes line breaks, because a mail subject must be one line. */
const withoutLineBreaks = (text: string): string => text.replace(/[\r\n]+/g, ' ');

/**
 * The letter in the language of its reader. If the address is not confirmed, `name` is undefined. A buyer can type
 * another person's address into an order, and must not be able to send text of their own to that address. All text is
 * escaped in the HTML.
 */
export function renderLetter(content: Content, name: string | undefined, locale: Locale): Rendered {
  const { hello, bye, compose } = wordings[locale];
  const { subject, paragraphs } = compose(content);
  const all = [hello(name && withoutLineBreaks(name)), ...paragraphs, bye];
  return {
    subject: withoutLineBreaks(subject),
    text: all.join('\n\n'),
    html: `<!doctype html><html lang="${locale}"><body>${all.map((each) => `<p>${escapeHtml(each)}</p>`).join('')}</body></html>`,
  };
}
