import fc from 'fast-check';
import { isLine, isPhone, isPicturePlace, isStorable, lengthOf } from './texts';

describe('Text', () => {
  it.each(['a\0b', '\ud83d', 'x\udc00', '\udc00\ud800'])('that a database does not keep: %j', (text) => {
    expect(isStorable(text)).toBe(false);
    expect(isLine(text)).toBe(false);
  });

  it('counts characters, not halves of them', () => {
    expect(lengthOf('☕'.repeat(3) + '🧋'.repeat(300))).toBe(303);
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => expect(lengthOf(text)).toBe([...text].length)));
  });

  it.each([
    'Cà phê sữa đá',
    '12 Lê Lợi, P. Bến Nghé',
    '🧋',
    '👩‍🍳 Hà',
    '🏳️‍🌈',
    '👩🏽‍🍳',
    '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
    'می‌خواهم',
    'ක්‍රි',
    '',
  ])('of one line: %j', (text) => {
    expect(isLine(text)).toBe(true);
  });

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
  ])('of more than one line, or with control characters: %j', (text) => {
    expect(isLine(text)).toBe(false);
  });
});

describe('A telephone number', () => {
  it.each(['0901234567', '+84901234567', '+84 90 123 45 67', '(028) 3822 1234', '028-3822-1234', '19001234', '090.123.4567'])(
    'is one: %s',
    (text) => {
      expect(isPhone(text)).toBe(true);
    },
  ); // prettier-ignore

  it.each(['--------', '+', '(((((((((', '1234567', '1'.repeat(16), '0901234567x', '090123456７', '09012345 67\n', '0 - - - 901234567', '++84901234567', ''])(
    'is none: %j',
    (text) => {
      expect(isPhone(text)).toBe(false);
    },
  ); // prettier-ignore
});

describe("A picture's place", () => {
  it.each(['https://cdn.example.com/phin.webp', 'https://cdn.example.com:8443/a?b=c', '/pictures/phin.webp', '/'])(
    'is one: %s',
    (text) => {
      expect(isPicturePlace(text)).toBe(true);
    },
  );

  it.each([
    ...['//evil.example/x.png', '/\\evil.example/x.png', '///evil.example/x.png', 'http://cdn.example.com/x.png'],
    ...['javascript:alert(1)', 'https://', 'https:///x', 'https://user:pass@cdn.example.com/x', 'pictures/x.png'],
    ...['/a b.png', '/a\tb', '/\t/evil.example', '/a\0', '/\ud800', 'https://[', ' https://cdn.example.com/x', ''],
  ])('is none: %j', (text) => {
    expect(isPicturePlace(text)).toBe(false);
  });
});
