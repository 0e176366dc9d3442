import type { Uuid } from '#kernel';

/** The registered data in an access token. Tokens from an older version of the shop have no name and no language. */
export interface Registered {
  readonly id: Uuid;
  readonly email: string;
  readonly name?: string | undefined;
  readonly locale?: 'vi' | 'en' | undefined;
}

export interface ProfileFields {
  readonly name: string;
  readonly phone: string | null;
  readonly locale: 'vi' | 'en';
}

export interface NewProfile extends ProfileFields {
  readonly id: Uuid;
  readonly email: string;
  readonly version: number;
}

/**
 * The profile of a person before AccountRegistered has arrived. If the token has all registered data, the profile has
 * version 1, and the message changes nothing. Otherwise the profile has version 0, and the e-mail address replaces a
 * missing name. Then the message makes version 1.
 */
export const profileBeforeWelcome = ({ id, email, name, locale }: Registered, fallback: 'vi' | 'en'): NewProfile => ({
  id,
  email,
  name: name ?? email,
  phone: null,
  locale: locale ?? fallback,
  version: name !== undefined && locale !== undefined ? 1 : 0,
});

/** The fields of the request that differ from the current values. */
export function changedFields(known: ProfileFields, request: Partial<ProfileFields>): Partial<ProfileFields> {
  return Object.fromEntries(
    Object.entries(request).filter(
      ([field, value]) => value !== undefined && known[field as keyof ProfileFields] !== value,
    ),
  );
}
