import { setTimeout as pause } from 'node:timers/promises';
import { atRest, undecided, whatIsWrong } from './books';
import { wishes, wishFor } from './crowd';
import type { Deck } from './deck';
import type { Stand } from './stand';
import type { Till } from './street';

export interface Kill {
  readonly point: string;
  readonly recoveryMs: number;
}

/** So many kills between two looks into the books. */
const BOOKS_EVERY = 15;
const LONGEST_WAIT_MS = 9_000;
const LONGEST_RECOVERY_MS = 90_000;
const UNTIL_SEALED_MS = 13_000;
/** One in so many starts is killed while it takes up what the last one left. */
const AGAIN = 5;

/** Timers come due at stands that give payments up soon, and only there. */
const atDues = /overdue|timers/;

export interface Terms {
  /** Whether timers come due here while the orders are young. */
  readonly dues: boolean;
  /** Told of so many kills, and of what is wrong in the books after them. */
  readonly booked: (kills: readonly Kill[], wrong: readonly string[]) => void;
}

/** Orders, a kill, a new start, all decided; until the deck is done. */
export async function killing(stand: Stand, deck: Deck, { dues, booked }: Terms): Promise<void> {
  let kills: Kill[] = [];
  const book = async () => {
    await atRest(stand);
    booked(kills, await whatIsWrong(stand));
    kills = [];
  };
  const mine = (point: string) => dues || !atDues.test(point);
  while (!deck.isDone) {
    const point = deck.draw(mine);
    const nth = point.startsWith('sealer.') ? 1 : 1 + Math.floor(deck.roll() * 2);
    for (const till of stand.tills) till.arm(`${point}:${nth}`);
    const other = wishes[Math.floor(deck.roll() * wishes.length)];
    const [from, before] = [stand.sales.length, strokes(stand)];
    await stand.sell([wishFor(point), 'card', wishFor(point), other]);
    await waitForDeath(stand, point.startsWith('sealer.') ? UNTIL_SEALED_MS : LONGEST_WAIT_MS);
    for (const till of stand.tills) till.arm('');
    if (stand.tills.every((till) => till.isOpen)) {
      deck.miss(point);
      await stand.insist(stand.sales.slice(from));
      continue;
    }
    const well = await recover(stand, from, deck, mine);
    for (const [at, till] of stand.tills.entries())
      for (const stroke of till.struck.slice(before[at])) {
        kills.push({ point: stroke.point, recoveryMs: well - stroke.at });
        deck.hit();
      }
    if (kills.length >= BOOKS_EVERY) await book();
  }
  if (kills.length > 0) await book(); // the deck may be done while this stand waits for its last
}

const strokes = ({ tills }: Stand) => tills.map(({ struck }) => struck.length);

/** Until a till has died, or everything is done and nobody came by. Those who want their money back ask for it. */
async function waitForDeath(stand: Stand, patienceMs: number): Promise<void> {
  const recent = stand.sales.slice(-4);
  for (const end = Date.now() + patienceMs; Date.now() < end; await pause(50)) {
    if (stand.tills.some((till) => !till.isOpen)) return;
    await stand.takeBack(recent).catch(() => undefined);
  }
}

/** Until every order is decided and readable, and when that was; a till may be killed again while it starts. */
async function recover(stand: Stand, from: number, deck: Deck, mine: (point: string) => boolean): Promise<number> {
  const again = deck.roll() * AGAIN < 1 ? `${deck.draw(mine)}:1` : '';
  await reopen(stand, again);
  for (const end = Date.now() + LONGEST_RECOVERY_MS; ; await pause(25)) {
    const open = stand.sales.slice(from).filter(({ orderId }) => !orderId);
    await Promise.all(open.map((sale) => stand.attempt(sale)));
    const left = open.some(({ orderId }) => !orderId) ? 'orders without an answer' : await undecided(stand);
    if (!left) return Date.now();
    if (Date.now() > end) throw new Error(`not well after ${LONGEST_RECOVERY_MS} ms: ${left}`);
    await reopen(stand, '');
  }
}

async function reopen({ tills }: Stand, crash: string): Promise<void> {
  await Promise.all(tills.filter((till) => !till.isOpen).map((till) => openOrDie(till, crash)));
}

/** A start that is killed before its door is open is started again, and left alone. */
async function openOrDie(till: Till, crash: string): Promise<void> {
  const before = till.struck.length;
  await till.open(crash).catch((error: unknown) => {
    if (till.struck.length === before) throw error;
    return till.open();
  });
}
