import fc from 'fast-check';
import { isBlank, isLine, isPhone, isPictureUrl, isStorable, lengthOf } from './texts';

/** Texts that need joiners or variation selectors. */
const needingInvisibles = ['❤️‍🔥', '1️⃣', '👨🏽‍🌾 An', '🏳️‍🌈', 'می\u200cخواهم', 'ක්\u200dරි', '葛\u{e0100}城', '☕\ufe0e', '🇻🇳'];

/** Code points that are invisible or have no meaning. */
const invisible = [
  ...[0x200b, 0x200c, 0x200d, 0x2060, 0xad, 0x200e, 0x200f, 0x61c, 0x34f, 0xfe0f, 0xfeff, 0x115f, 0x3164, 0xffa0],
  ...[0x180e, 0x2066, 0x202e, 0xe0001, 0xe0061, 0xfff9, 0xfffb, 0xe000, 0xf0000, 0xfdd0, 0xffff, 0x1ffff],
].map((code) => String.fromCodePoint(code));

describe('Text', () => {
  it.each(['a\0b', '\ud83d', 'x\udc00', '\udc00\ud800'])('that Postgres cannot store is refused: %j', (text) => {
    expect(isStorable(text)).toBe(false);
    expect(isLine(text)).toBe(false);
  });

  it('is counted in code points, not in UTF-16 units', () => {
    expect(lengthOf('☕'.repeat(3) + '🧋'.repeat(300))).toBe(303);
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => expect(lengthOf(text)).toBe([...text].length)));
  });

  it.each(['Cà phê sữa đá', '12 Lê Lợi, P. Bến Nghé', '🧋', '👩‍🍳 Hà', '', ...needingInvisibles])(
    'of one line is accepted: %j',
    (text) => {
      expect(isLine(text)).toBe(true);
    },
  );

  it.each([
    'a\nb',
    'a\r\nb',
    'tab\there',
    'esc\u001b[0m',
    'next\u0085line',
    'a\u2028b',
    'turn\u202eed',
    'A\u200bn',
    '\ufeffAn',
    'A\u00adn',
    'A\u2060n',
    'A\u200dn',
    'A\u200cn',
    '\u200dAn',
    '☕\u200d',
    'left\u200e',
    'x\u{e0041}',
  ])('with several lines, control characters or invisible characters is not one line: %j', (text) => {
    expect(isLine(text)).toBe(false);
  });
});

describe('Invisible text', () => {
  it.each(invisible.map((text) => [text.codePointAt(0)!.toString(16), text]))(
    'is not accepted in a line: U+%s',
    (_, text) => {
      for (const line of [text, `evil${text}.com`, `${text}An`, `An ${text} Bình`]) expect(isLine(line)).toBe(false);
      expect(isPictureUrl(`https://evil.vn/${text}x`)).toBe(false);
      expect(isBlank(` ${text}`)).toBe(true);
      expect(isBlank(`An${text}`)).toBe(false);
    },
  );

  it.each(['', ' ', '\u00a0\u3000', '\u2800', '\u0301', ' \u0323\u0301 '])('is blank: %j', (text) => {
    expect(isBlank(text)).toBe(true);
  });

  it.each(['.', '—', '☕', 'ệ', '李', ...needingInvisibles])('is not blank with a visible character: %j', (text) =>
    expect(isBlank(text)).toBe(false),
  );
});

describe('A telephone number', () => {
  it.each(['0901234567', '+84901234567', '+84 90 123 45 67', '(028) 3822 1234', '028-3822-1234', '19001234', '090.123.4567'])(
    'may be %s',
    (text) => {
      expect(isPhone(text)).toBe(true);
    },
  ); // prettier-ignore

  it.each(['--------', '+', '(((((((((', '1234567', '1'.repeat(16), '0901234567x', '090123456７', '09012345 67\n', '0 - - - 901234567', '++84901234567', ''])(
    'cannot be %j',
    (text) => {
      expect(isPhone(text)).toBe(false);
    },
  ); // prettier-ignore
});

describe('The place of a picture', () => {
  it.each(['https://cdn.example.com/phin.webp', 'https://cdn.example.com:8443/a?b=c', '/pictures/phin.webp', '/'])(
    'may be %s',
    (text) => {
      expect(isPictureUrl(text)).toBe(true);
    },
  );

  it.each([
    ...['//evil.example/x.png', '/\\evil.example/x.png', '///evil.example/x.png', 'http://cdn.example.com/x.png'],
    ...['javascript:alert(1)', 'https://', 'https:///x', 'https://user:pass@cdn.example.com/x', 'pictures/x.png'],
    ...['/a b.png', '/a\tb', '/\t/evil.example', '/a\0', '/\ud800', 'https://[', ' https://cdn.example.com/x', ''],
  ])('cannot be %j', (text) => {
    expect(isPictureUrl(text)).toBe(false);
  });
});
