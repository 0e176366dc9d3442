// Measures the SQL statements of messaging, and checkouts in the whole application, in difficult situations: another
// transaction keeps its snapshot open, many messages with one key wait, or a stock row is locked.
import { withHotKey, withSnapshot } from './engine/backlog.mjs';
import { orders, withLockedRow, withReader } from './engine/strangers.mjs';

const parts = { orders, snapshot: withSnapshot, key: withHotKey, reader: withReader, locked: withLockedRow };

/** The parts to run. Example: BENCH_ENGINE=orders,snapshot */
const wanted = process.env.BENCH_ENGINE?.split(',') ?? Object.keys(parts);

export async function engine(print) {
  for (const name of wanted) print(await parts[name]());
  return [];
}
