import { addMessages, textOf } from '#platform/http';
import { identityTexts } from '../identity-texts';
import { PasswordWrong, RefreshTokenExpired, RefreshTokenInvalid } from './identity-errors';

addMessages(identityTexts);

describe('A refusal whose code other refusals also use', () => {
  it.each([new PasswordWrong(), new RefreshTokenExpired(), new RefreshTokenInvalid()])(
    'has a text of its own: $code',
    (refusal) => {
      expect(textOf(refusal.text, 'en')).toBe(refusal.message);
      expect(textOf(refusal.text, 'vi')).not.toBe(refusal.text);
      for (const locale of ['en', 'vi'] as const)
        expect(textOf(refusal.text, locale)).not.toBe(textOf(refusal.code, locale));
    },
  );
});
