import { randomBytes } from 'node:crypto';
import { contextNames } from '#platform/config';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { findConnectionShortages } from './connection-limits';

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase({ empty: true })));
afterAll(() => database.drop());

const find = (url: string) => findConnectionShortages({ databaseUrl: url, databaseUrls: {} }, contextNames);

describe('A database', () => {
  it('with enough connections for a process has no shortage', async () => {
    expect(await find(database.url)).toEqual([]);
  });

  it('whose login may open too few connections is named, with the allowed and the needed number', async () => {
    const login = `few_${randomBytes(4).toString('hex')}`;
    await database.admin(`create role ${login} login password 'x' connection limit 28`);
    try {
      const url = new URL(database.url);
      [url.username, url.password] = [login, 'x'];
      const [sentence, ...others] = await find(url.href);
      expect(others).toEqual([]);
      expect(sentence).toContain('allows 28 connections, and this process may open 41');
    } finally {
      await database.admin(`drop role ${login}`);
    }
  });
});
