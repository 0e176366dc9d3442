import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(__dirname, '..', '..');
const MACHINERY = ['libs/event-store', 'libs/messaging', 'libs/database'];

/** Files that are used only by specs or by migrations. */
const isLeftOut = (path: string): boolean => /spec\.ts$|\/testing\/|(^|\/)tables\.ts$|-tables?\.ts$/.test(path);

/** The first words of the contexts' tables and columns. */
const WORDS =
  /\b(order|orders|cart|carts|placed|portion|stock|stocks|reservation|payment|refund|charge|customer|account|guest|product|variant|category|address|loyalty|voucher|gift|idempotency)_[a-z_]+/g;

const files = MACHINERY.flatMap((folder) =>
  readdirSync(join(root, folder, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !isLeftOut(path)),
);

describe('The test that finds names of contexts in the machinery libraries', () => {
  it('reads the expected files', () => {
    for (const file of [
      'libs/event-store/src/streams/append-statement.ts',
      'libs/event-store/src/projections/live/table-writer.ts',
      'libs/messaging/src/outbox/outbox.store.ts',
      'libs/database/src/vacuum/vacuum.ts',
    ])
      expect(files).toContain(file);
  });

  it.each(['insert into order_events', 'select from placed_carts', 'e.order_id', "'stock_levels'", '"cart_id"'])(
    'finds %s',
    (sql) => expect(sql).toMatch(new RegExp(WORDS)),
  );

  it.each(files)('finds no table and no column of a context in %s', (file) => {
    expect(readFileSync(join(root, file), 'utf8').match(WORDS) ?? []).toEqual([]);
  });
});
