// Measures checkouts in the whole application: undisturbed, beside an open snapshot of another transaction, and while
// another session locks a stock row.
import { buyUntilConfirmed, cartsFor, fillShelves, place } from '../buying.mjs';
import { built } from '../built.mjs';
import { call, inParallel, percentile } from '../shop.mjs';
import { counts, withCountedShop } from './counted.mjs';

const { connect } = built('libs/database/src/index.js');

const ORDERS = Number(process.env.BENCH_SNAPSHOT_ORDERS ?? 2_000);
const PART = Math.max(1, Math.floor(ORDERS / 5));
const WAITING = [1, 6, 10];
const OTHER_ORDERS = 60;

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const figuresOf = (took, seconds) => [(took.length / seconds).toFixed(1), percentile(took, 50).toFixed(0), percentile(took, 99).toFixed(0)]; // prettier-ignore

/** Statements and commits for each order. Those that an idle shop sends in the same time are subtracted. */
async function perOrder(shop, work) {
  const idleFrom = await counts(shop);
  await pause(5_000);
  const idleTo = await counts(shop);
  const { took, seconds } = await work();
  const end = await counts(shop);
  const each = (name) => (end[name] - idleTo[name] - ((idleTo[name] - idleFrom[name]) / 5) * seconds) / took.length;
  return { took, seconds, figures: [each('statements').toFixed(1), each('commits').toFixed(1)] };
}

export const orders = () =>
  withCountedShop(async (shop) => {
    await fillShelves(shop);
    const carts = await cartsFor(shop, 50 + 100 + 600);
    await inParallel(50, 5, () => buyUntilConfirmed(shop, carts.pop()));
    const alone = await perOrder(shop, () => inParallel(100, 1, () => buyUntilConfirmed(shop, carts.pop())));
    const many = await perOrder(shop, () => inParallel(600, 50, () => buyUntilConfirmed(shop, carts.pop())));
    const row = (what, { took, seconds, figures }) => [what, took.length, ...figuresOf(took, seconds), ...figures];
    return {
      title: 'Engine: checkouts, and the statements of one order in Postgres (without those of an idle shop)',
      head: [
        'what',
        'orders',
        'confirmed/s',
        'p50, ms',
        'p99, ms',
        'statements for each order',
        'commits for each order',
      ],
      rows: [row('one buyer alone', alone), row('50 at once', many)],
    };
  });

async function inParts(shop, what) {
  const rows = [];
  for (let from = 0; from < ORDERS; from += PART) {
    const carts = await cartsFor(shop, PART);
    const { took, seconds } = await inParallel(PART, 20, () => buyUntilConfirmed(shop, carts.pop()));
    rows.push([what, `${from + 1}–${from + PART}`, ...figuresOf(took, seconds)]);
  }
  return rows;
}

export const withReader = () =>
  withCountedShop(async (shop) => {
    await fillShelves(shop);
    const rows = await inParts(shop, 'none');
    const reader = await connect(shop.database, 'reader');
    await reader.query('begin isolation level repeatable read');
    await reader.query('select count(*) from pg_class');
    rows.push(...(await inParts(shop, 'an open snapshot')));
    await reader.end();
    return {
      title: `Engine: ${ORDERS} orders, 20 at once, without and with another transaction that keeps its snapshot open`,
      head: ['other transaction', 'orders', 'confirmed/s', 'p50, ms', 'p99, ms'],
      rows,
    };
  });

/** How long orders of other SKUs take while `waiting` orders wait for the locked stock row of one SKU. */
async function whileLocked(shop, waiting) {
  const { data } = await call('GET', `${shop.api}/products?limit=100`);
  const [hot, ...others] = data.flatMap((product) => product.variants);
  const locker = await connect(shop.database, 'locker');
  await locker.query('begin');
  if (waiting > 0) await locker.query('select from inventory.stock where sku = $1 for update', [hot.sku]);
  const stuck = await cartsFor(shop, waiting, [hot]);
  const placed = await Promise.all(stuck.map((cart) => place(shop, cart)));
  await pause(500);
  const carts = await cartsFor(shop, OTHER_ORDERS, others);
  const unconfirmed = [];
  const { took } = await inParallel(OTHER_ORDERS, 2, async () => {
    const cart = carts.pop();
    const order = await place(shop, cart, 10);
    if (order.status !== 'confirmed') unconfirmed.push(order.status);
  });
  await locker.query('rollback');
  await locker.end();
  const ends = [];
  for (const { id, readToken } of placed) ends.push(await endOf(shop, id, readToken));
  return [waiting, percentile(took, 50).toFixed(0), Math.max(...took).toFixed(0), unconfirmed.length, ends.filter((end) => end === 'confirmed').length]; // prettier-ignore
}

async function endOf(shop, id, cart) {
  for (let tries = 0; tries < 300; tries++) {
    const { data } = await call('GET', `${shop.api}/orders/${id}`, { cart });
    if (data.status !== 'pending') return data.status;
    await pause(200);
  }
  return 'undecided';
}

export const withLockedRow = () =>
  withCountedShop(async (shop) => {
    await fillShelves(shop);
    const warm = await cartsFor(shop, 40);
    await inParallel(40, 5, () => buyUntilConfirmed(shop, warm.pop()));
    const rows = [];
    for (const waiting of [0, ...WAITING]) rows.push(await whileLocked(shop, waiting));
    return {
      title: `Engine: ${OTHER_ORDERS} orders of other SKUs, two at the same time, while another session locks the stock row of one SKU`,
      head: ['orders that wait for the lock', 'p50, ms', 'longest, ms', 'not confirmed in 10 s', 'orders that had waited and were confirmed later'], // prettier-ignore
      rows,
    };
  });
