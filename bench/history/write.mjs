// Writes a year of orders. All events of an order are computed when the order is placed, and are written in the order
// of time.
import { dice, idAt } from './chance.mjs';
import { lives } from './lives.mjs';
import { openBooks } from './books.mjs';
import { people } from './people.mjs';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const OPEN_MINUTES = 15 * 60; // 7:00 to 22:00 in Saigon is 0:00 to 15:00 UTC

/** The times of one day's orders: most come at eight, at noon and at three. */
function placings(roll, day, count) {
  const times = Array.from({ length: count }, () => {
    const rush = roll.chance(0.6) ? roll.one([60, 300, 480]) + (roll.next() + roll.next() - 1) * 90 : undefined;
    const minute = Math.min(OPEN_MINUTES, Math.max(0, rush ?? roll.next() * OPEN_MINUTES));
    return Math.floor(day + minute * MINUTE);
  });
  return times.sort((a, b) => a - b);
}

/**
 * @param shop { url, sealSigningKey, eventMacKey, personalDataKey } of a database whose shop is closed
 * @param orders the number of orders. `days`: the number of days, which end at `until` (two weeks ago, so that later events
 *   are only refunds)
 * @returns {Promise<{ orders, events, position, seconds, sample }>} `sample`: the ids of some guests' orders. Each id is also
 *   the number in the guest's cart token
 */
export async function writeHistory(shop, { orders, days = 365, seed = 1, until = Date.now() - 14 * DAY }) {
  const started = performance.now();
  const roll = dice(seed);
  const books = await openBooks(shop);
  const before = books.position;
  const crowd = people(roll, shop.personalDataKey, books.keep);
  const firstDay = Math.floor((until - days * DAY) / DAY) * DAY;
  const customers = Array.from({ length: Math.max(20, Math.round(orders / 20)) }, () => crowd.customer(firstDay));
  const staff = Array.from({ length: 12 }, () => idAt(firstDay));
  const makeOrder = lives(roll, crowd, customers, staff);

  const due = new Map(); // the commands that are written later, by minute
  const sample = [];
  let placed = 0;

  const put = (entry) => {
    const minute = Math.floor(entry.command.at / MINUTE);
    const there = due.get(minute);
    if (there) there.push(entry);
    else due.set(minute, [entry]);
  };
  const happen = async (minute) => {
    const happening = due.get(minute);
    if (!happening) return;
    due.delete(minute);
    happening.sort((a, b) => a.command.at - b.command.at || a.version - b.version);
    for (const { orderId, version, command } of happening) books.write(orderId, version, command);
    await books.send();
  };
  const place = (at) => {
    const life = makeOrder(at);
    books.begin(life);
    let version = 0;
    for (const command of life.commands) {
      put({ orderId: life.orderId, version, command });
      version += command.events.length;
    }
    placed += 1;
    if (life.guest && sample.length < 1_000 && roll.chance(4_000 / orders)) sample.push(life.orderId);
  };

  for (let day = 0; day < days; day++) {
    const start = firstDay + day * DAY;
    const times = placings(roll, start, Math.floor((orders * (day + 1)) / days) - Math.floor((orders * day) / days));
    let next = 0;
    for (let minute = 0; minute < 1_440; minute++) {
      const end = start + (minute + 1) * MINUTE;
      while (next < times.length && times[next] < end) place(times[next++]);
      await happen(end / MINUTE - 1);
    }
  }
  for (const minute of [...due.keys()].sort((a, b) => a - b)) await happen(minute);
  const { position } = books;
  await books.close();
  return {
    orders: placed,
    events: position - before,
    position,
    seconds: (performance.now() - started) / 1_000,
    sample,
  };
}
