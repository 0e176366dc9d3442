// npm run trace -- order: places one order in an idle shop, and draws the SQL statements that run meanwhile, one per
// line.
import { readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { built } from './built.mjs';
import { buyUntilConfirmed, cartsFor } from './buying.mjs';
import { openShop } from './shop.mjs';

const { connect, startEmbeddedPostgres } = built('libs/database/src/index.js');

const WARM_UP_ORDERS = 30;
/** How long statements are recorded after the response, because messages about the order are still handled then. */
const AFTER_MS = 300;
const WIDTH = 40;

const LINE =
  /^(\d+\.\d+)\|(?:shop )?([^|]*)\|LOG: {2}duration: ([\d.]+) ms {2}(parse|bind|execute|statement)(?: (\S+))?: (.*)/;
/** Whether a statement belongs to a loop that also runs in an idle shop. */
const isIdle = ({ name }) =>
  /^(inbox|outbox|log|queue)-(look|claim|below|age)|outbox-next|timers-fire|queue-writers|^beat|_claim$|sandbox_settle|drift|relation_size|^select (least|o\.id|order_id|t\.relation)|^with present|^\(select h/.test(
    name,
  );

const [what] = process.argv.slice(2);
if (what !== 'order') {
  console.error('The only thing to trace is an order: npm run trace -- order');
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'shop-trace-'));
const postgres = await startEmbeddedPostgres({
  dataDir: folder,
  settings: { log_line_prefix: '%n|%a|', log_min_duration_statement: '0' },
});
const settings = { DATABASE_URL: postgres.url };
try {
  const shop = await openShop(folder, settings);
  const client = await connect(postgres.url, 'trace');
  try {
    const [cart, ...carts] = await cartsFor(shop, WARM_UP_ORDERS + 1);
    for (const one of carts) await buyUntilConfirmed(shop, one);
    await pause(3_000);
    const from = Date.now();
    await buyUntilConfirmed(shop, cart);
    const answered = Date.now();
    await pause(AFTER_MS);
    draw(statementsOf(readFileSync(join(folder, 'postgres.log'), 'utf8'), from, answered + AFTER_MS), from, answered);
  } finally {
    await client.end();
    await shop.close();
  }
} finally {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}

function statementsOf(log, from, to) {
  const found = [];
  for (const line of log.split('\n')) {
    const match = LINE.exec(line);
    if (!match) continue;
    const [, ended, context, took, phase, name, sql] = match;
    const end = Number(ended) * 1_000;
    if (end < from || end > to || context === 'trace') continue;
    if (phase !== 'execute' && phase !== 'statement') continue;
    found.push({
      context,
      took: Number(took),
      start: end - Number(took),
      name: name && name !== '<unnamed>' ? name : sql.trim().slice(0, 60),
    });
  }
  return found.sort((one, other) => one.start - other.start);
}

function draw(all, from, answered) {
  const shown = all.filter((one) => !isIdle(one));
  const end = Math.max(answered, ...shown.map(({ start, took }) => start + took));
  const column = (at) => Math.round(((at - from) / (end - from)) * WIDTH);
  console.log(
    `POST /orders was answered after ${answered - from} ms. ${shown.length} statements were for the order, and ${all.length - shown.length} were from loops that also run in an idle shop.\n`,
  );
  for (const { context, took, start, name } of shown) {
    const bar = ' '.repeat(column(start)) + '█'.repeat(Math.max(1, column(start + took) - column(start)));
    console.log(
      `${(start - from).toFixed(1).padStart(6)} ms ${took.toFixed(2).padStart(6)} ms  ${context.padEnd(13)} ${bar.padEnd(WIDTH + 2)} ${name}`,
    );
  }
}
