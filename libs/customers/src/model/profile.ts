import type { Uuid } from '#kernel';

/** What the access token says of whoever registered; a token of an older build says neither name nor language. */
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
 * The profile of somebody whose registration was not heard yet. With what was registered it is version 1, the same that
 * hearing will make of it. Without, its name is a placeholder, and it is version 0: what is heard then makes the next.
 */
export const profileBeforeWelcome = ({ id, email, name, locale }: Registered, spoken: 'vi' | 'en'): NewProfile => ({
  id,
  email,
  name: name ?? email,
  phone: null,
  locale: locale ?? spoken,
  version: name !== undefined && locale !== undefined ? 1 : 0,
});

/** What of the wish is another value than there is. */
export function differing(known: ProfileFields, wish: Partial<ProfileFields>): Partial<ProfileFields> {
  return Object.fromEntries(
    Object.entries(wish).filter(
      ([field, value]) => value !== undefined && known[field as keyof ProfileFields] !== value,
    ),
  );
}
