import fc from 'fast-check';
import { faultOfName } from './person-name';

const faultOf = (text: string) => faultOfName(text, 100)?.code;

describe('A name', () => {
  it.each([
    ...["H'Hen Niê", 'Nguyễn Văn A.', 'Ms. Lan', 'Jean-Luc', 'Trần Thị B 🌸', 'J. R. R. Tolkien', 'J.R.R. Tolkien'],
    ...['TS.Nguyễn Văn An', 'St.John', '👩‍🍳 An', '李小龙', 'Chị An (lầu 2)', 'An & Bình', 'O’Brien, Jr.', 'Nhà 2'],
    ...['Saint.John', 'nguyen v.an', 'Dr.med. Hans', 'Nguyễn V.An', 'Q.1', 'Phòng 2: An', 'Lầu 2.1', 'An (BS.Bình)'],
    ...['👨‍👩‍👧 An', '❤️‍🔥', '李·小龙', 'An @ Bình', 'Nhà [2]', '9:30'],
  ])('can be %s', (name) => expect(faultOf(name)).toBeUndefined());

  it.each([
    ['a line break', 'An\nYou have won', 'text.line'],
    ['a carriage return', 'An\r\nBcc: all@example.com', 'text.line'],
    ['a Unicode line separator', 'An\u2028You have won', 'text.line'],
    ['a tab', 'An\tBình', 'text.line'],
    ['an escape character', 'An\u001b[31m', 'text.line'],
    ['NUL', 'An\0', 'text.line'],
    ['a zero-width space', 'An\u200b Bình', 'text.line'],
    ['an unnecessary joiner', 'A\u200dn', 'text.line'],
    ['a character that changes the direction', 'An \u202egro.live', 'text.line'],
  ])('must not contain %s', (_, name, code) => expect(faultOf(name)).toBe(code));

  it.each([
    ...[
      'evil\u200b.com',
      'evil.\u2060com',
      'ev\u00adil.com',
      'An\u200e',
      'An\u200f',
      'An\u061c',
      'e\u034fvil',
      'evil\ufe0f',
    ],
    ...['e\u200dvil.com', 'An\u{e0041}', 'An\uffff', 'An\ue000', 'An\ufff9'],
  ])('must not contain invisible characters: %j', (name) => expect(faultOf(name)).toBe('text.line'));

  it.each(['\u200b\u200b', '\u3164', '\u2800', '\u0301', ' \u00a0 ', '\u200e'])(
    'must have a visible character: %j',
    (name) => expect(faultOf(name)).toBe('text.blank'),
  );

  it.each([
    ...[
      'tel:0901234567',
      'sms:1234',
      'javascript:alert(1)',
      'http:\\\\evil',
      'localhost:8080',
      'a@localhost',
      'data:x',
    ],
    ...['[2001:db8::1]', '2001:db8::1', '[An](evil.ru)', '<b>evil.ru</b>', '//evil', 'An: //evil'],
    ...['Hack.Ru', 'Free.Tk', 'Is.Gd', 'Tiki.Pizza', 'Evil.Рф', 'hack.ru', 'HACK.RU', 'T.Me', 't.co/x', 'St.Ly/x'],
    ...['evil۔com', 'evil։com', 'evil․com', 'evil.x.ru', 'a.evil.ru', 'St.John.evil.ru', 'An evil.bình', '☕.com'],
  ])('must not look like an address: %s', (name) => expect(faultOf(name)).toBe('text.link'));

  it.each(['<b>An</b>', '<evil>', 'An > Bình', '[An](evil)', '::1'])(
    'must not have brackets that can mark an address: %s',
    (name) => expect(faultOf(name)).toBe('text.brackets'),
  );

  it.each([
    ['half a surrogate pair', 'An \ud83d', 'text.characters'],
    ['an address with its scheme', 'See https://evil.example/x', 'text.link'],
    ['another scheme', 'ftp://evil', 'text.link'],
    ['www.', 'www.evil', 'text.link'],
    ['a bare domain with a path', 'Win at evil.example/x', 'text.link'],
    ['a bare domain', 'evil.com', 'text.link'],
    ['a bare domain in capitals', 'EVIL.COM', 'text.link'],
    ['a short domain with a path', 'Bit.Ly/x', 'text.link'],
    ['a domain in letters of another script', 'зло.рф', 'text.link'],
    ['a domain with a fullwidth dot', 'evil．com', 'text.link'],
    ['a domain with an ideographic full stop', 'evil。com', 'text.link'],
    ['fullwidth letters', 'ｅｖｉｌ.ｃｏｍ', 'text.link'],
    ['an IP address', '10.0.0.1', 'text.link'],
    ['an e-mail address', 'an@example.com', 'text.link'],
    ['only blanks', '   ', 'text.blank'],
    ['too many characters', 'a'.repeat(101), 'text.long'],
  ])('must not contain %s', (_, name, code) => expect(faultOf(name)).toBe(code));

  it('never contains a line break or a web address, at any position', () => {
    const words = fc
      .array(fc.constantFrom('An', 'Bình', 'Ms.', '🌸', ' '), { maxLength: 5 })
      .map((all) => all.join(' '));
    const bad = fc.constantFrom('\n', '\r', '\u0085', 'http://a', 'WWW.a', 'evil.example', 'a.vn/x');
    fc.assert(fc.property(words, bad, words, (a, b, c) => expect(faultOf(`An ${a} ${b} ${c}`)).toMatch(/text\.li/)));
  });
});
