import { readConfig } from '#platform/config';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { Email } from './fields';

class DoorBody {
  @Email()
  email!: string;
}

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
    ['admin', false],
    ['admin@localhost', false],
    ['an@exam ple.com', false],
    [`${'a'.repeat(65)}@example.com`, false],
    [`an@${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(66)}.com`, false],
  ])('%j is taken by the configuration and at the door alike: %s', (email, taken) => {
    expect([door(email), configured(email)]).toEqual([taken, taken]);
  });
});
