import { wordsIn } from '../model/folding';
import { withSynonyms } from './synonyms';
import type { Term } from './vocabulary';

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text: string): string => text.replace(/[&<>"']/g, (char) => ESCAPES[char]);

/** Returns a function that tells whether a folded word matches a term of the query. */
export function matcherOf(terms: readonly Term[]): (word: string) => boolean {
  const words = new Set(withSynonyms(terms.flatMap((term) => term.words)));
  const prefixes = terms.filter((term) => term.prefix).flatMap((term) => term.words);
  return (word) => words.has(word) || prefixes.some((prefix) => word.startsWith(prefix));
}

/** The text as HTML, with found words in `<em>`. Adjacent found words share one `<em>`. Null if no word was found. */
export function highlight(text: string, isMatch: (word: string) => boolean): string | null {
  const spans: { start: number; end: number }[] = [];
  for (const { start, end, folded } of wordsIn(text)) {
    if (!isMatch(folded)) continue;
    const last = spans.at(-1);
    if (last && /^\s+$/.test(text.slice(last.end, start))) last.end = end;
    else spans.push({ start, end });
  }
  if (spans.length === 0) return null;
  let html = '';
  let done = 0;
  for (const { start, end } of spans) {
    html += `${escape(text.slice(done, start))}<em>${escape(text.slice(start, end))}</em>`;
    done = end;
  }
  return html + escape(text.slice(done));
}
