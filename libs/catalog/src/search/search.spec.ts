import { closeWords, distance } from './close-words';
import { highlight, matcherOf } from './highlight';
import { searchWords } from './search-words';
import { withSynonyms } from './synonyms';
import { Vocabulary } from './vocabulary';

const words = searchWords({
  names: ['Cà phê sữa đá', 'Vietnamese iced coffee'],
  labels: ['Cà phê'],
  texts: ['Đậm đà'],
});
const vocabulary = new Vocabulary([...words.all, 'matcha', 'latte']);

describe('The search words of a product', () => {
  it('are folded, and include synonyms in both languages', () => {
    expect(words.name).toEqual(expect.arrayContaining(['ca', 'phe', 'sua', 'da', 'milk', 'ice', 'coffee', 'cafe']));
    expect(withSynonyms(['coffee'])).toEqual(expect.arrayContaining(['ca', 'phe']));
    expect(withSynonyms(['phe', 'ca'])).not.toContain('coffee');
  });
  it('are grouped by the fields in which they occur', () => {
    expect(words.name).not.toContain('dam');
    expect(words.all).toContain('dam');
  });
});

describe('Reading a query', () => {
  it('searches known words as they are', () => {
    expect(vocabulary.read('CÀ PHÊ')).toEqual([
      { words: ['ca'], prefix: false },
      { words: ['phe'], prefix: false },
    ]);
  });
  it('searches the beginning of a known word as a prefix', () =>
    expect(vocabulary.read('matc')).toEqual([{ words: ['matc'], prefix: true }]));
  it('corrects a misspelt word', () => {
    expect(vocabulary.read('macha late')).toEqual([
      { words: ['matcha'], prefix: false },
      { words: ['latte'], prefix: false },
    ]);
  });
  it('does not change a word that is similar to no known word', () =>
    expect(vocabulary.read('xyzzy')[0].words).toEqual(['xyzzy']));
  it('uses at most eight words', () => expect(vocabulary.read('a b c d e f g h i j').length).toBe(8));
  it('treats the last word as a prefix while somebody types', () =>
    expect(vocabulary.readTyping('ca phe').at(-1)).toEqual({ words: ['phe'], prefix: true }));
});

describe('Reading a query that found nothing', () => {
  it('also searches words that are similar to a known word', () =>
    expect(new Vocabulary(['sau', 'sua', 'da']).readLoosely('sau da')).toEqual([
      { words: ['sau', 'sua'], prefix: false },
      { words: ['da'], prefix: false },
    ]));
});

describe('Finding close words', () => {
  it('counts a swap of two adjacent letters as one mistake', () => expect(distance('sau', 'sua', 1)).toBe(1));
  it('accepts no mistakes in words of two letters', () => expect(closeWords('da', ['sa', 'ca'])).toEqual([]));
  it('returns only the words with the fewest mistakes', () =>
    expect(closeWords('coffe', ['coffee', 'cofee', 'office'])).toEqual(['cofee', 'coffee']));
});

describe('Highlighting', () => {
  const isMatch = matcherOf(vocabulary.read('ca phe sua'));
  it('marks the words as they were written, and adjacent words with one mark', () =>
    expect(highlight('Cà phê sữa đá', isMatch)).toBe('<em>Cà phê sữa</em> đá'));
  it('marks synonyms too', () => expect(highlight('Iced coffee', isMatch)).toBe('Iced <em>coffee</em>'));
  it('encodes the special characters of HTML', () =>
    expect(highlight('<b>Sữa</b> & "đá"', isMatch)).toBe('&lt;b&gt;<em>Sữa</em>&lt;/b&gt; &amp; &quot;đá&quot;'));
  it('returns null if no word was found', () => expect(highlight('Trà', isMatch)).toBeNull());
});
