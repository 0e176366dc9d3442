import { Phone, ImageUrl } from './checked-fields';
import { Email, Line, Text } from './fields';
import { ShopValidationPipe } from './validation.pipe';

class Everything {
  @Email({ optional: true })
  email?: string;

  @Phone({ optional: true })
  phone?: string;

  @ImageUrl({ optional: true, nullable: true })
  picture?: string | null;

  @Line({ optional: true, max: 5 })
  line?: string;

  @Text({ optional: true, max: 500 })
  text?: string;
}

const read = async (given: object): Promise<Everything> =>
  new ShopValidationPipe().transform(given, { type: 'body', metatype: Everything }) as Everything;

describe('A checked field accepts', () => {
  it.each([
    { email: 'an.nguyen+shop@example.com' },
    { email: 'thư@example.vn' },
    { phone: '+84 90 123 45 67' },
    { picture: '/pictures/phin.webp' },
    { picture: null },
    { line: '🧋🧋🧋🧋🧋' },
    { text: 'two\nlines' },
    { text: '🧋'.repeat(300) },
  ])('%j', async (given) => {
    expect(await read(given)).toEqual(given);
  });

  it('values with surrounding blanks, and removes the blanks', async () => {
    expect(await read({ email: ' an@example.com ', phone: ' 0901234567 ', picture: ' /a.png ' })).toEqual({
      email: 'an@example.com',
      phone: '0901234567',
      picture: '/a.png',
    });
  });
});

describe('A checked field refuses', () => {
  it.each([
    ...[
      '"an\r\nBcc: binh@example.com"@example.com',
      '"an"@example.com',
      'an\u200b@example.com',
      'an@example.com\0',
    ].map((email) => ({ email })),
    ...['an@@example.com', 'an', '', 'an b@example.com', `${'a'.repeat(250)}@example.com`].map((email) => ({ email })),
    ...['--------', '0901 xyz', '', '1'.repeat(16), 901234567, null].map((phone) => ({ phone })),
    ...['//evil.example/x.png', 'javascript:alert(1)', `/${'x'.repeat(500)}`, ''].map((picture) => ({ picture })),
    ...['a\nb', 'a\tb', '🧋🧋🧋🧋🧋🧋', '\ud83e'].map((line) => ({ line })),
    ...['a\0', '\ud83e', 'x'.repeat(501)].map((text) => ({ text })),
  ])('%j', async (given) => {
    await expect(read(given)).rejects.toMatchObject({ code: 'VALIDATION_ERROR', details: [expect.anything()] });
  });
});
