import { setTimeout as pause } from 'node:timers/promises';
import { SingleBar } from 'cli-progress';
import type { Rebuild } from '#event-store/projections';
import { ViewRebuild } from '#ordering/projections/projections.query';
import type { Shop } from '../shop-opener';

const POLL_MS = 200;
const STOPPED_STATES: readonly Rebuild['state'][] = ['live', 'ready', 'paused', 'cancelled', 'failed', 'rolled-back'];

const hasStopped = ({ state, goLive, rollingBack }: Rebuild): boolean =>
  !rollingBack && STOPPED_STATES.includes(state) && !(state === 'ready' && goLive === 'auto');

const barFields = ({ state, throttled, ratePerSecond, secondsLeft }: Rebuild) => ({
  state: (throttled ? `${state}, throttled` : state).padEnd(11),
  rate: Math.round(ratePerSecond),
  left: secondsLeft ?? '–',
});

/** Waits until the rebuild has ended or waits for the operator. If `quiet` is false, shows a progress bar. */
export async function followRebuild(shop: Shop, started: Rebuild, quiet: boolean): Promise<Rebuild> {
  const bar = new SingleBar({
    format: '{state} [{bar}] {percentage}% | {value}/{total} events | {rate}/s | {left} s left',
    noTTYOutput: true,
    notTTYSchedule: 1_000,
    hideCursor: true,
  });
  if (!quiet) bar.start(started.total, started.done, barFields(started));
  let now = started;
  while (!hasStopped(now)) {
    await pause(POLL_MS);
    now = await shop.query(new ViewRebuild(started.projection, started.id));
    if (quiet) continue;
    bar.setTotal(now.total);
    bar.update(now.done, barFields(now));
  }
  bar.stop();
  return now;
}
