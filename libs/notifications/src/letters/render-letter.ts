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
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]);

/** A subject is one line, whatever name a customer has. */
const oneLine = (text: string): string => text.replace(/[\r\n]+/g, ' ');

/**
 * The letter in its reader's language, to `name` if the address is known to be that person's. An order's e-mail
 * address is whatever its buyer typed, so nothing that the buyer wrote is sent to it. Text from outside is encoded
 * where it becomes HTML.
 */
export function renderLetter(content: Content, name: string | undefined, locale: Locale): Rendered {
  const { hello, bye, tell } = wordings[locale];
  const { subject, paragraphs } = tell(content);
  const all = [hello(name && oneLine(name)), ...paragraphs, bye];
  return {
    subject: oneLine(subject),
    text: all.join('\n\n'),
    html: `<!doctype html><html lang="${locale}"><body>${all.map((each) => `<p>${escaped(each)}</p>`).join('')}</body></html>`,
  };
}
