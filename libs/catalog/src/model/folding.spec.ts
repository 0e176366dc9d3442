import fc from 'fast-check';

import { fold, foldedQuery, foldedWords, wordsIn } from './folding';

describe('Folding text', () => {
  it.each([
    ['Cà phê sữa đá', 'ca phe sua da'],
    ['TRÀ Ô LONG', 'tra o long'],
    ['Đắk Lắk', 'dak lak'],
    ['bánh mì'.normalize('NFD'), 'banh mi'],
    ['crème brûlée', 'creme brulee'],
  ])('takes case and accents from %s', (text, folded) => expect(fold(text)).toBe(folded));

  it('parts words at whatever is neither letter nor digit', () => {
    expect(foldedWords('Trà đào – cam/sả (size L), 100%!')).toEqual(['tra', 'dao', 'cam', 'sa', 'size', 'l', '100']);
  });

  it('is done after the first time', () =>
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => expect(fold(fold(text))).toBe(fold(text)))));

  it('does not care how accents are spelt', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) =>
        expect(foldedWords(text.normalize('NFD'))).toEqual(foldedWords(text.normalize('NFC'))),
      ),
    ));

  it('lets one query stand for all its spellings', () => {
    expect(foldedQuery(' Cà  phê,SỮA ')).toBe(foldedQuery('ca phe sua'));
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) =>
        expect(foldedWords(foldedQuery(text))).toEqual(foldedWords(text)),
      ),
    );
  });

  it('finds each word where it stands', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        for (const { start, end, folded } of wordsIn(text)) expect(fold(text.slice(start, end))).toBe(folded);
      }),
    ));
});
