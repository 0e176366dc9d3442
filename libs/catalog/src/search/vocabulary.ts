import { closeWords } from './close-words';
import { foldedWords } from './folding';

/** One word of a query as it is looked for: any of these words, or any word that begins with one of them. */
export interface Term {
  readonly words: readonly string[];
  readonly prefix: boolean;
}

/** More words than this are not read: nobody types them, and each one costs. */
const MOST_WORDS = 8;
/** How many words one may be taken for when nothing else helps. */
const LOOSELY = 25;

/** Every word that the shelf's texts hold. It decides how a query's words are read, so that each adapter reads alike. */
export class Vocabulary {
  private readonly known: ReadonlySet<string>;
  private readonly sorted: readonly string[];

  constructor(words: readonly string[]) {
    this.known = new Set(words);
    this.sorted = [...this.known].sort();
  }

  /** A known word is meant as it is; one that begins a known word is being typed; any other is misspelt. */
  read(query: string): Term[] {
    return [...new Set(foldedWords(query))].slice(0, MOST_WORDS).map((word) => {
      if (this.known.has(word)) return { words: [word], prefix: false };
      if (this.begins(word)) return { words: [word], prefix: true };
      const close = closeWords(word, this.known);
      return { words: close.length > 0 ? close : [word], prefix: false };
    });
  }

  /** For a query that found nothing as it stands: a word may be misspelt into another known one. */
  readLoosely(query: string): Term[] {
    return this.read(query).map(({ words, prefix }) => ({
      words: [...new Set(words.flatMap((word) => [word, ...closeWords(word, this.known, LOOSELY)]))],
      prefix,
    }));
  }

  /** As `read`, while the last word is still being typed. */
  readTyping(query: string): Term[] {
    const terms = this.read(query);
    const last = terms.at(-1);
    return last ? [...terms.slice(0, -1), { ...last, prefix: true }] : terms;
  }

  private begins(prefix: string): boolean {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.sorted[middle] < prefix) low = middle + 1;
      else high = middle;
    }
    return this.sorted[low]?.startsWith(prefix) ?? false;
  }
}
