import { readConfig } from '#platform/config';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { Email } from './fields';

class NewEmailBody {
  @Email()
  email!: string;
}

class OldEmailBody {
  @Email({ kept: true })
  email!: string;
}

const read = (email: string) => plainToInstance(NewEmailBody, { email }).email;
const isAcceptedAsOld = (email: string): boolean => validateSync(plainToInstance(OldEmailBody, { email })).length === 0;
const isAcceptedAsNew = (email: string): boolean => validateSync(plainToInstance(NewEmailBody, { email })).length === 0;
const isAcceptedAsSetting = (email: string): boolean => {
  try {
    readConfig({ SHOP_PROFILE: 'demo', ADMIN_EMAIL: email, ADMIN_PASSWORD: 'a-long-Password-1' });
    return true;
  } catch {
    return false;
  }
};

describe('An e-mail address', () => {
  it.each([
    ['admin@example.com', true],
    [' admin@example.com ', true],
    ['an.nguyễn@example.com', true],
    ['an+orders@sub.example.com', true],
    ['"an b"@example.com', false],
    ['b\u00ecnh@example.com', true],
    ['bi\u0300nh@example.com', true],
    ['\u212Aate@example.com', true], // the Kelvin sign, which becomes a K
    ['\uff41dmin@example.com', false], // full-width
    ['o\ufb03ce@example.com', false], // a ligature
    ['admin@e\uff58ample.com', false],
    ['ad\u200bmin@example.com', false], // zero-width
    ['\u202eadmin@example.com', false], // right-to-left override
    ['\ufeffadmin@example.com\ufeff', true], // byte-order marks around the address are removed as blanks
    ['ad\ufeffmin@example.com', false],
    ['ad\u0007min@example.com', false],
    ['ad\ue000min@example.com', false], // private use
    ['ad\u00admin@example.com', false], // soft hyphen
    ['admin', false],
    ['admin@localhost', false],
    ['an@exam ple.com', false],
    [`${'a'.repeat(65)}@example.com`, false],
    [`an@${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(66)}.com`, false],
  ])('%j is accepted by the API and by the configuration: %s', (email, isAccepted) => {
    expect([isAcceptedAsNew(email), isAcceptedAsSetting(email)]).toEqual([isAccepted, isAccepted]);
  });

  it('is stored with composed letters', () => {
    expect(read(' bi\u0300nh@example.com ')).toBe('b\u00ecnh@example.com');
    expect(read('\u212Aate@example.com')).toBe('Kate@example.com');
  });

  it('with compatibility characters is still accepted for an existing account', () => {
    expect([isAcceptedAsNew('\uff41n@example.com'), isAcceptedAsOld('\uff41n@example.com')]).toEqual([false, true]);
    expect(isAcceptedAsOld('a\u200bn@example.com')).toBe(false);
  });
});
