import type { Uuid } from '#kernel';

/**
 * What the access token says about a person who registered. A token of an older build has neither name nor language.
 */
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
 * The profile of a person whose registration was not heard yet. With the registered data it is version 1, the same
 * that hearing it will make. Without it, the name is a placeholder and it is version 0; what is heard then makes the
 * next version.
 */
export const profileBeforeWelcome = ({ id, email, name, locale }: Registered, spoken: 'vi' | 'en'): NewProfile => ({
  id,
  email,
  name: name ?? email,
  phone: null,
  locale: locale ?? spoken,
  version: name !== undefined && locale !== undefined ? 1 : 0,
});

/** The fields of the request that differ from the current values. */
export function differing(known: ProfileFields, request: Partial<ProfileFields>): Partial<ProfileFields> {
  return Object.fromEntries(
    Object.entries(request).filter(
      ([field, value]) => value !== undefined && known[field as keyof ProfileFields] !== value,
    ),
  );
}
