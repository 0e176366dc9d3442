// The engine's statements and the shop on them, beside backlogs, open snapshots, hot keys and locked rows.
import { behindAHotKey, underASnapshot } from './engine/backlog.mjs';
import { besideALockedRow, orders, withAReader } from './engine/strangers.mjs';

const parts = { orders, snapshot: underASnapshot, key: behindAHotKey, reader: withAReader, locked: besideALockedRow };

/** Some of them: BENCH_ENGINE=orders,snapshot */
const wanted = process.env.BENCH_ENGINE?.split(',') ?? Object.keys(parts);

export async function engine(print) {
  for (const name of wanted) print(await parts[name]());
  return [];
}
