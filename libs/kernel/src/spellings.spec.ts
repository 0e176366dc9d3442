import fc from 'fast-check';
import { emailKey, mailboxOf, passwordForm, normalId } from './spellings';

describe('A normal form', () => {
  it('is the same for all spellings of an e-mail address, in any case and Unicode form', () => {
    expect(emailKey(' Bình@Example.com '.normalize('NFD'))).toBe(emailKey('bình@example.COM'));
  });

  it.each([
    ['σασ@example.com', 'ΣΑΣ@example.com', 'σας@EXAMPLE.com'],
    ['an@bücher.de', 'AN@xn--bcher-kva.de', 'an@BÜCHER.de', 'an@XN--BCHER-KVA.DE', 'an@bu\u0308cher.de'],
    ['an@例え。jp', 'an@例え.jp'],
    ['Ångström@example.com', 'ÅNGSTRÖM@example.com', 'a\u030angstro\u0308m@example.com'],
  ])('is the same for all spellings of a mailbox: %s, %s …', (...spellings) => {
    expect(new Set(spellings.map(mailboxOf)).size).toBe(1);
    expect(mailboxOf(spellings[0])).toBeDefined();
  });

  it('is different for addresses with different letters', () => {
    const others = [
      'ışık@example.com',
      'isik@example.com',
      'an@bucher.de',
      'an@bücher.de',
      'straße@a.de',
      'strasse@a.de',
    ];
    expect(new Set(others.map(mailboxOf)).size).toBe(others.length);
  });

  it.each([
    'an',
    '@a.de',
    'an@',
    'an@a b.de',
    'an@a/b',
    'an@xn--a.de',
    'an@b.xn--a-.de',
    'an@a%2eb.de',
    'an@[',
    'an@a:80',
  ])('does not exist for a text that is not an address: %s', (text) => expect(mailboxOf(text)).toBeUndefined());

  it('of an e-mail key is the key itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (local) => {
        const key = emailKey(`${local}@example.com`);
        expect(emailKey(key)).toBe(key);
      }),
      { numRuns: 2_000 },
    );
  });

  it('of an id is in lower case; other texts keep their case', () => {
    expect(normalId('0192D1A4-7C00-7000-8000-00000000000A')).toBe('0192d1a4-7c00-7000-8000-00000000000a');
    expect(normalId('CFS-S')).toBe('CFS-S');
  });

  it('of a password is the same for composed and decomposed letters, and for all kinds of blanks', () => {
    for (const text of ['Mật khẩu đủ dài', 'ệ', 'Å\u00a0ngström', '한국어', 'e\u0301\u0323']) {
      expect(passwordForm(text.normalize('NFD'))).toBe(passwordForm(text.normalize('NFC')));
      expect(passwordForm(passwordForm(text))).toBe(passwordForm(text));
    }
    expect(passwordForm('a\u00a0b\u3000c')).toBe('a b c');
    expect(passwordForm('Mật khẩu')).not.toBe(passwordForm('mật khẩu'));
  });
});
