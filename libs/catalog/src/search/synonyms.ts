/**
 * Groups of folded phrases with the same meaning. Synonyms are added to the indexed words and not to queries. So all
 * search adapters find the same products.
 */
const groups: readonly (readonly string[])[] = [
  ['ca phe', 'cafe', 'caphe', 'coffee'],
  ['tra', 'tea'],
  ['tra sua', 'milk tea', 'bubble tea'],
  ['hong tra', 'black tea'],
  ['tra xanh', 'luc tra', 'green tea'],
  ['tra den', 'black tea'],
  ['o long', 'oolong', 'olong', 'wulong'],
  ['sua', 'milk'],
  ['da', 'ice', 'iced'],
  ['nong', 'hot'],
  ['bac xiu', 'bac siu'],
  ['phin', 'drip filter'],
  ['hat', 'beans', 'bean'],
  ['banh mi', 'banhmi', 'baguette'],
  ['dao', 'peach'],
  ['cam', 'orange'],
  ['sa', 'lemongrass'],
  ['chanh', 'lime', 'lemon'],
  ['vai', 'lychee'],
  ['sen', 'lotus'],
  ['lai', 'nhai', 'jasmine'],
  ['tran chau', 'boba', 'pearls'],
  ['trung', 'egg'],
  ['muoi', 'salt', 'salted'],
  ['cot dua', 'nuoc dua', 'coconut'],
  ['mocha', 'moka'],
  ['so co la', 'socola', 'chocolate'],
  ['da xay', 'frappe', 'ice blended'],
  ['ca cao', 'cacao', 'cocoa'],
  ['dau tay', 'strawberry'],
  ['gung', 'ginger'],
  ['mat ong', 'honey'],
  ['thach', 'jelly'],
  ['kem', 'cream'],
  ['banh', 'cake', 'pastry'],
  ['ga', 'chicken'],
  ['bo', 'butter'],
  ['pho mai', 'cheese'],
  ['may xay', 'coi xay', 'grinder'],
  ['am', 'kettle', 'teapot'],
  ['ly', 'coc', 'cup', 'mug'],
];

const phrases = groups.map((group) => group.map((phrase) => phrase.split(' ')));

const containsPhrase = (words: readonly string[], phrase: readonly string[]): boolean =>
  words.some((_, start) => phrase.every((word, offset) => words[start + offset] === word));

/** These words, and the words of all phrases with the same meaning. */
export function withSynonyms(words: readonly string[]): string[] {
  const all = new Set(words);
  for (const group of phrases) {
    if (group.some((phrase) => containsPhrase(words, phrase)))
      for (const phrase of group) for (const word of phrase) all.add(word);
  }
  return [...all];
}
