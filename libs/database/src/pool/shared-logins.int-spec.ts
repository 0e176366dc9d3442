import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { findSharedLogins } from './shared-logins';

let test: TestDatabase;
beforeAll(async () => (test = await testDatabase()));
afterAll(() => test.drop());

describe('A login', () => {
  it('that can take the roles of several contexts is reported', async () => {
    const [all] = await findSharedLogins(test.config, ['ordering', 'payments']);
    expect(all.contexts).toEqual(['ordering', 'payments']);
    expect(all.others).toEqual(expect.arrayContaining(['identity', 'privacy', 'audit']));
    const [one] = await findSharedLogins(test.config, ['ordering']);
    expect(one.others).toContain('payments');
  });

  it('that can take only the roles of its own context is not reported', async () => {
    const login = `alone_${process.pid}`;
    await test.admin(`create role ${login} login password 'alone' noinherit; grant shop_ordering to ${login}`);
    try {
      const url = test.url.replace(/\/\/.*@/, `//${login}:alone@`);
      expect(await findSharedLogins({ databaseUrl: url, databaseUrls: {} }, ['ordering'])).toEqual([]);
      const [wrong] = await findSharedLogins({ databaseUrl: url, databaseUrls: {} }, ['payments']);
      expect(wrong.others).toEqual(['ordering']);
    } finally {
      await test.admin(`drop role ${login}`);
    }
  });
});
