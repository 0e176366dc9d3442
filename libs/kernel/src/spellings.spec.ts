import fc from 'fast-check';
import { emailKey, mailboxOf, passwordForm, sameId } from './spellings';

describe('One string, two spellings', () => {
  it('is one e-mail address, whatever its case and Unicode form', () => {
    expect(emailKey(' Bình@Example.com '.normalize('NFD'))).toBe(emailKey('bình@example.COM'));
  });

  it.each([
    ['σασ@example.com', 'ΣΑΣ@example.com', 'σας@EXAMPLE.com'],
    ['an@bücher.de', 'AN@xn--bcher-kva.de', 'an@BÜCHER.de', 'an@XN--BCHER-KVA.DE', 'an@bu\u0308cher.de'],
    ['an@例え。jp', 'an@例え.jp'],
    ['Ångström@example.com', 'ÅNGSTRÖM@example.com', 'a\u030angstro\u0308m@example.com'],
  ])('is one mailbox: %s, %s …', (...spellings) => {
    expect(new Set(spellings.map(mailboxOf)).size).toBe(1);
    expect(mailboxOf(spellings[0])).toBeDefined();
  });

  it('is another mailbox where the letters are others', () => {
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
  ])('is no mailbox: %s', (text) => expect(mailboxOf(text)).toBeUndefined());

  it('has a key that is its own key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (local) => {
        const key = emailKey(`${local}@example.com`);
        expect(emailKey(key)).toBe(key);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is one id in capitals; what is no id keeps its case', () => {
    expect(sameId('0192D1A4-7C00-7000-8000-00000000000A')).toBe('0192d1a4-7c00-7000-8000-00000000000a');
    expect(sameId('CFS-S')).toBe('CFS-S');
  });

  it('is one password, composed or decomposed, whatever the blank', () => {
    for (const text of ['Mật khẩu đủ dài', 'ệ', 'Å\u00a0ngström', '한국어', 'e\u0301\u0323']) {
      expect(passwordForm(text.normalize('NFD'))).toBe(passwordForm(text.normalize('NFC')));
      expect(passwordForm(passwordForm(text))).toBe(passwordForm(text));
    }
    expect(passwordForm('a\u00a0b\u3000c')).toBe('a b c');
    expect(passwordForm('Mật khẩu')).not.toBe(passwordForm('mật khẩu'));
  });
});
