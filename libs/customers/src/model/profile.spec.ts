import { changedFields, profileBeforeWelcome } from './profile';

const id = '0192d1a4-7c00-7000-8000-000000000001';
const email = 'an@example.com';

describe('A profile before the registration message', () => {
  it('has the registered data and the version that the message will make', () => {
    expect(profileBeforeWelcome({ id, email, name: 'An', locale: 'en' }, 'vi')).toEqual({
      ...{ id, email, name: 'An', phone: null, locale: 'en', version: 1 },
    });
  });

  it('is a placeholder with version 0 if the token has no name', () => {
    expect(profileBeforeWelcome({ id, email }, 'vi')).toMatchObject({ name: email, locale: 'vi', version: 0 });
  });
});

describe('A change of a profile', () => {
  const known = { name: 'An', phone: '0901234567', locale: 'vi' } as const;
  it.each([
    ['is empty if nothing was sent', {}, {}],
    ['is empty if the same values were sent', { ...known }, {}],
    ['is empty if fields are undefined', { name: undefined }, {}],
    ['has only the fields that differ', { name: 'An', locale: 'en' }, { locale: 'en' }],
    ['can remove the telephone number', { phone: null }, { phone: null }],
  ] as const)('%s', (_, request, changes) => expect(changedFields(known, request)).toEqual(changes));
});
