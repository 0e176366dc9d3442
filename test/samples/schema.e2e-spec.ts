import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaOf } from '../support/schema';
import { testDatabase } from '../support/test-database';

const stored = join(__dirname, 'schema.txt');

it('The migrations make the schema in test/samples/schema.txt (UPDATE_SCHEMA=1 writes the file)', async () => {
  const database = await testDatabase();
  try {
    const schema = await schemaOf(database);
    if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(stored, schema);
    expect(schema.split('\n')).toEqual(readFileSync(stored, 'utf8').split('\n'));
  } finally {
    await database.drop();
  }
});
