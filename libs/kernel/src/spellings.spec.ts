import { emailKey, passwordForm, sameId } from './spellings';

describe('One string, two spellings', () => {
  it('is one e-mail address, whatever its case and Unicode form', () => {
    expect(emailKey(' Bình@Example.com '.normalize('NFD'))).toBe(emailKey('bình@example.COM'));
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
