import { setTimeout as pause } from 'node:timers/promises';
import { waitUntilIdle, listUndecided, findFaults } from './find-faults';
import { purchaseKinds, purchaseKindFor } from './purchases';
import type { CrashPointQueue } from './crash-point-queue';
import type { FaultShop } from './fault-shop';
import type { ShopProcess } from './shop-server';

export interface Kill {
  readonly point: string;
  readonly recoveryMs: number;
}

/** The number of kills after which the tables are checked. */
const CHECK_EVERY = 15;
const LONGEST_WAIT_MS = 9_000;
const LONGEST_RECOVERY_MS = 90_000;
const UNTIL_SEALED_MS = 13_000;
/** On average, one of this many starts is killed again during the recovery. */
const KILLED_AGAIN_ONE_IN = 5;

/** Crash points of timers. Timers become due only in shops with a short reservation time. */
const TIMER_POINTS = /overdue|timers/;

export interface KillOptions {
  /** Whether timers become due soon after an order is placed. */
  readonly timersFire: boolean;
  /** Called with the kills since the last check, and with the faults that the check found. */
  readonly onChecked: (kills: readonly Kill[], wrong: readonly string[]) => void;
}

/**
 * Places orders, kills the shop, starts it again and waits until all orders are decided. Repeats this until the queue
 * is done.
 */
export async function killRepeatedly(
  faultShop: FaultShop,
  queue: CrashPointQueue,
  { timersFire, onChecked }: KillOptions,
): Promise<void> {
  let kills: Kill[] = [];
  const checkTables = async () => {
    await waitUntilIdle(faultShop);
    onChecked(kills, await findFaults(faultShop));
    kills = [];
  };
  const fits = (point: string) => timersFire || !TIMER_POINTS.test(point);
  while (!queue.isDone) {
    const point = queue.next(fits);
    const nth = point.startsWith('sealer.') ? 1 : 1 + Math.floor(queue.random() * 2);
    for (const shopProcess of faultShop.processes) shopProcess.arm(`${point}:${nth}`);
    const other = purchaseKinds[Math.floor(queue.random() * purchaseKinds.length)];
    const [from, before] = [faultShop.sales.length, crashCounts(faultShop)];
    await faultShop.sell([purchaseKindFor(point), 'card', purchaseKindFor(point), other]);
    await waitForDeath(faultShop, point.startsWith('sealer.') ? UNTIL_SEALED_MS : LONGEST_WAIT_MS);
    for (const shopProcess of faultShop.processes) shopProcess.arm('');
    if (faultShop.processes.every((shopProcess) => shopProcess.isOpen)) {
      queue.countMiss(point);
      await faultShop.repeatUnanswered(faultShop.sales.slice(from));
      continue;
    }
    const recoveredAt = await recover(faultShop, from, queue, fits);
    for (const [at, shopProcess] of faultShop.processes.entries())
      for (const crash of shopProcess.crashes.slice(before[at])) {
        kills.push({ point: crash.point, recoveryMs: recoveredAt - crash.at });
        queue.countHit();
      }
    if (kills.length >= CHECK_EVERY) await checkTables();
  }
  if (kills.length > 0) await checkTables(); // perhaps another shop has finished the queue meanwhile
}

const crashCounts = ({ processes: shopProcesses }: FaultShop) => shopProcesses.map(({ crashes }) => crashes.length);

/** Waits until a process has died, or the time is over. Meanwhile, some of the recent purchases are cancelled. */
async function waitForDeath(faultShop: FaultShop, patienceMs: number): Promise<void> {
  const recent = faultShop.sales.slice(-4);
  for (const end = Date.now() + patienceMs; Date.now() < end; await pause(50)) {
    if (faultShop.processes.some((shopProcess) => !shopProcess.isOpen)) return;
    await faultShop.cancelSome(recent).catch(() => undefined);
  }
}

/**
 * Opens the processes, and waits until every order is decided and readable. Returns the time of this moment. Sometimes
 * a process is killed again while it starts.
 */
async function recover(
  faultShop: FaultShop,
  from: number,
  queue: CrashPointQueue,
  fits: (point: string) => boolean,
): Promise<number> {
  const again = queue.random() * KILLED_AGAIN_ONE_IN < 1 ? `${queue.next(fits)}:1` : '';
  await reopen(faultShop, again);
  for (const end = Date.now() + LONGEST_RECOVERY_MS; ; await pause(25)) {
    const open = faultShop.sales.slice(from).filter(({ orderId }) => !orderId);
    await Promise.all(open.map((sale) => faultShop.attempt(sale)));
    const left = open.some(({ orderId }) => !orderId) ? 'orders without an answer' : await listUndecided(faultShop);
    if (!left) return Date.now();
    if (Date.now() > end) throw new Error(`the shop has not recovered after ${LONGEST_RECOVERY_MS} ms: ${left}`);
    await reopen(faultShop, '');
  }
}

async function reopen({ processes: shopProcesses }: FaultShop, crash: string): Promise<void> {
  await Promise.all(
    shopProcesses.filter((shopProcess) => !shopProcess.isOpen).map((shopProcess) => openOrDie(shopProcess, crash)),
  );
}

/** Starts a process. If it is killed before it accepts requests, starts it again without a crash point. */
async function openOrDie(shopProcess: ShopProcess, crash: string): Promise<void> {
  const before = shopProcess.crashes.length;
  await shopProcess.open(crash).catch((error: unknown) => {
    if (shopProcess.crashes.length === before) throw error;
    return shopProcess.open();
  });
}
