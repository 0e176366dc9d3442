import { addMessages, textOf } from '#platform/http';
import { identityTexts } from '../identity-texts';
import { PasswordWrong, RefreshTokenExpired, RefreshTokenInvalid } from './identity-errors';

addMessages(identityTexts);

describe('A refusal whose code other refusals also use', () => {
  it.each([new PasswordWrong(), new RefreshTokenExpired(), new RefreshTokenInvalid()])(
    'has a text of its own: $code',
    (no) => {
      expect(textOf(no.text, 'en')).toBe(no.message);
      expect(textOf(no.text, 'vi')).not.toBe(no.text);
      for (const locale of ['en', 'vi'] as const) expect(textOf(no.text, locale)).not.toBe(textOf(no.code, locale));
    },
  );
});
