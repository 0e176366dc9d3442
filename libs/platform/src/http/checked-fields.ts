import { isPhone, isPictureUrl, LONGEST_PHONE } from '#kernel';
import { field, type FieldKind, type FieldOptions } from './field';

const trim = (value: unknown): unknown => (typeof value === 'string' ? value.trim() : value);

const textKind = (fits: (text: string) => boolean, code: string, schema: FieldKind['schema']): FieldKind => ({
  check: (value) => (typeof value === 'string' && fits(value) ? undefined : { code }),
  read: trim,
  schema,
});

/** A telephone number of 8 to 15 digits. Only surrounding blanks are removed. */
export const Phone = (options: FieldOptions<string> = {}): PropertyDecorator =>
  field(
    textKind(isPhone, 'phone', { type: String, minLength: 8, maxLength: LONGEST_PHONE }),
    { example: '0901234567', ...options }, // prettier-ignore
  );

const LONGEST_PLACE = 500;

/** The URL of a picture: an https address, or a path on this site. */
export const ImageUrl = (options: FieldOptions<string> = {}): PropertyDecorator =>
  field(
    textKind((text) => text.length <= LONGEST_PLACE && isPictureUrl(text), 'picture', {
      type: String,
      minLength: 1,
      maxLength: LONGEST_PLACE,
    }),
    { example: 'https://cdn.example.com/phin.webp', ...options },
  );
