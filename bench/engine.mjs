// The statements of the messaging, and the whole shop, next to a backlog, an open snapshot, a hot key or a locked row.
import { behindAHotKey, underASnapshot } from './engine/backlog.mjs';
import { besideALockedRow, orders, withAReader } from './engine/strangers.mjs';

const parts = { orders, snapshot: underASnapshot, key: behindAHotKey, reader: withAReader, locked: besideALockedRow };

/** The parts to run. Example: BENCH_ENGINE=orders,snapshot */
const wanted = process.env.BENCH_ENGINE?.split(',') ?? Object.keys(parts);

export async function engine(print) {
  for (const name of wanted) print(await parts[name]());
  return [];
}
