// Measures a rebuild of order-view from a million events, in a running application and by the command line. Both are
// compared with a cursor that only reads the same rows.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { built, root } from './built.mjs';
import { pause, withClosedShop } from './closed-shop.mjs';
import { writeHistory } from './history/write.mjs';
import { call } from './shop.mjs';
import { sizesOf } from './sizes.mjs';

const EVENTS = Number(process.env.BENCH_REBUILD_EVENTS ?? 1_000_000);
const EVENTS_PER_ORDER = 5.81; // the average in the made-up histories
const FETCH = 1_000;
export const commandLine = ['--max-semi-space-size=8', '--max-old-space-size=1024', 'dist/apps/cli/src/main.js']; // scripts/shop.mjs

const { connect } = built('libs/database/src/index.js');

/** Reads every column of every event, in the order of the log, and does nothing with them. */
async function bareCursor(url) {
  const client = await connect(url, 'cursor');
  const began = performance.now();
  let count = 0;
  await client.query('begin; set local search_path = ordering');
  await client.query(`declare c no scroll cursor for
    select e.*, l.position, l.hash from order_log l join order_events e on e.id = l.event_id order by l.position`);
  for (let rows; (rows = (await client.query(`fetch ${FETCH} from c`)).rows).length > 0;) count += rows.length;
  await client.query('commit');
  await client.end();
  return count / ((performance.now() - began) / 1_000);
}

const residentMb = (pid) => {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;
  } catch {
    return 0;
  }
};

/** Waits until the next rebuild has applied all events. Returns its events per second and the highest use of memory. */
async function measureReplay(shop, pid) {
  const known = (await shop.ask('select id from projection_rebuilds')).map(({ id }) => id);
  let began;
  let most = 0;
  for (;;) {
    const [row] = await shop.ask(
      `select r.state, r.target, c.position from projection_rebuilds r join projection_checkpoints c using (relation)
       where r.id <> all($1::uuid[])`,
      [known],
    );
    most = Math.max(most, residentMb(pid));
    const now = performance.now();
    if (row && row.position > 0) began ??= { at: now, position: row.position };
    if (row && ['failed', 'cancelled'].includes(row.state)) throw new Error(`the rebuild is ${row.state}`);
    if (began && row && row.position >= row.target && row.state !== 'replaying')
      return { perSecond: (row.target - began.position) / ((now - began.at) / 1_000), most };
    await pause(20);
  }
}

async function waitForState(shop, states) {
  for (;;) {
    const [row] = await shop.ask('select state from projection_rebuilds order by asked_at desc limit 1');
    if (states.includes(row.state)) return;
    await pause(50);
  }
}

async function rebuildInShop(shop, open) {
  const login = await call('POST', `${open.api}/auth/login`, {
    body: { email: 'admin@coffee-tea.example', password: 'demo-admin-brews' },
  });
  const token = login.data.accessToken;
  const url = `${open.api}/admin/projections/order-view/rebuilds`;
  const replay = measureReplay(shop, open.pid);
  const { data } = await call('POST', url, { token, body: { goLive: 'manual' } });
  const measured = await replay;
  await waitForState(shop, ['ready', 'failed']);
  await call('POST', `${url}/${data.id}/cancel`, { token });
  return measured;
}

async function rebuildByCommandLine(shop) {
  const child = spawn(process.execPath, [...commandLine, 'projections', 'rebuild', 'order-view', '--json'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...shop.env, NODE_ENV: 'production', LOG_LEVEL: 'warn' },
  });
  const over = new Promise((done) => child.once('exit', done));
  const measured = await measureReplay(shop, child.pid);
  if ((await over) !== 0) throw new Error('the command `projections rebuild` failed');
  return measured;
}

export const rebuild = () =>
  withClosedShop(async (shop) => {
    const made = await writeHistory(shop.books, { orders: Math.round(EVENTS / EVENTS_PER_ORDER) });
    const first = await bareCursor(shop.url);
    const began = performance.now();
    const open = await shop.open();
    let firstStart;
    try {
      await shop.caughtUp();
      const seconds = (performance.now() - began) / 1_000;
      firstStart = { perSecond: made.events / seconds, most: open.memoryMb() };
      firstStart.rebuild = await rebuildInShop(shop, open);
    } finally {
      await open.close();
    }
    const second = await bareCursor(shop.url);
    const line = await rebuildByCommandLine(shop);
    const bare = (first + second) / 2;
    const row = (what, { perSecond, most }) => [
      what,
      Math.round(perSecond),
      (perSecond / bare).toFixed(2),
      most ? Math.round(most) : '–',
    ];
    return [
      {
        title: `Rebuild: order-view over ${made.events} events of ${made.orders} orders`,
        head: ['what', 'events/s', 'compared with the cursor', 'highest resident memory, MB'],
        rows: [
          row('only reading the same rows with a cursor', { perSecond: bare }),
          row('rebuild by the command line, without a running application', line),
          row('rebuild in a running application', firstStart.rebuild),
          row('all read models at the first start of the application', firstStart),
        ],
      },
      await sizesOf(shop, made),
    ];
  });
