import fc from 'fast-check';

import { fold, foldedQuery, foldedWords, wordsIn } from './folding';

describe('Folding text', () => {
  it.each([
    ['Cà phê sữa đá', 'ca phe sua da'],
    ['TRÀ Ô LONG', 'tra o long'],
    ['Đắk Lắk', 'dak lak'],
    ['bánh mì'.normalize('NFD'), 'banh mi'],
    ['crème brûlée', 'creme brulee'],
  ])('changes %s to lower case without accents', (text, folded) => expect(fold(text)).toBe(folded));

  it('separates words at characters that are neither letters nor digits', () => {
    expect(foldedWords('Trà đào – cam/sả (size L), 100%!')).toEqual(['tra', 'dao', 'cam', 'sa', 'size', 'l', '100']);
  });

  it('changes nothing the second time', () =>
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => expect(fold(fold(text))).toBe(fold(text)))));

  it('gives the same result for composed and decomposed accents', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) =>
        expect(foldedWords(text.normalize('NFD'))).toEqual(foldedWords(text.normalize('NFC'))),
      ),
    ));

  it('gives all spellings of a query the same normal form', () => {
    expect(foldedQuery(' Cà  phê,SỮA ')).toBe(foldedQuery('ca phe sua'));
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) =>
        expect(foldedWords(foldedQuery(text))).toEqual(foldedWords(text)),
      ),
    );
  });

  it('finds the position of each word', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        for (const { start, end, folded } of wordsIn(text)) expect(fold(text.slice(start, end))).toBe(folded);
      }),
    ));
});
