import { readConfig } from '#platform/config';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { Email } from './fields';

class DoorBody {
  @Email()
  email!: string;
}

class KeptBody {
  @Email({ kept: true })
  email!: string;
}

const read = (email: string) => plainToInstance(DoorBody, { email }).email;
const known = (email: string): boolean => validateSync(plainToInstance(KeptBody, { email })).length === 0;
const door = (email: string): boolean => validateSync(plainToInstance(DoorBody, { email })).length === 0;
const configured = (email: string): boolean => {
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
    ['\u212Aate@example.com', true], // the Kelvin sign is a K, and read as one
    ['\uff41dmin@example.com', false], // full-width
    ['o\ufb03ce@example.com', false], // a ligature
    ['admin@e\uff58ample.com', false],
    ['ad\u200bmin@example.com', false], // zero-width
    ['\u202eadmin@example.com', false], // right-to-left override
    ['\ufeffadmin@example.com\ufeff', true], // a byte-order mark around it is a blank
    ['ad\ufeffmin@example.com', false],
    ['ad\u0007min@example.com', false],
    ['ad\ue000min@example.com', false], // private use
    ['ad\u00admin@example.com', false], // soft hyphen
    ['admin', false],
    ['admin@localhost', false],
    ['an@exam ple.com', false],
    [`${'a'.repeat(65)}@example.com`, false],
    [`an@${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(66)}.com`, false],
  ])('%j is taken by the configuration and at the door alike: %s', (email, taken) => {
    expect([door(email), configured(email)]).toEqual([taken, taken]);
  });

  it('is kept in composed letters, so that mail goes to the address that is compared', () => {
    expect(read(' bi\u0300nh@example.com ')).toBe('b\u00ecnh@example.com');
    expect(read('\u212Aate@example.com')).toBe('Kate@example.com');
  });

  it('with letters that stand for others is still known to whoever has an account with it', () => {
    expect([door('\uff41n@example.com'), known('\uff41n@example.com')]).toEqual([false, true]);
    expect(known('a\u200bn@example.com')).toBe(false);
  });
});
