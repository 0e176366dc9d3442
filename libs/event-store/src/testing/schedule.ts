import { setTimeout as pause } from 'node:timers/promises';
import type { Uuid } from '#kernel';
import type { Database } from '#database';
import type { RecordedEvent } from '../streams/events';
import { happening, ids, storeOn } from './store';

export interface Dice {
  below(count: number): number;
  chance(share: number): boolean;
}

/** A random generator (Mulberry32) that makes the same choices for the same seed. */
export function dice(seed: number): Dice {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return { below: (count) => Math.floor(next() * count), chance: (share) => next() < share };
}

class RolledBack extends Error {}

/**
 * Starts a reader of the log. It reads from the first position, `batch` events at a time, until it has read the
 * requested number of events.
 */
export function subscriber(db: Database, batch: number) {
  const { store } = storeOn(db);
  const seen: RecordedEvent[] = [];
  let wanted = Infinity;
  const reading = (async () => {
    while (seen.length < wanted) {
      const events = await store.readLog(seen.at(-1)?.position ?? 0, batch);
      seen.push(...events);
      if (events.length === 0) await pause(5);
    }
  })();
  return {
    async until(count: number, milliseconds = 20_000): Promise<readonly RecordedEvent[]> {
      wanted = count;
      const timeout = new AbortController();
      await Promise.race([reading, pause(milliseconds, undefined, { signal: timeout.signal }).catch(() => undefined)]);
      timeout.abort();
      wanted = 0;
      await reading;
      return seen;
    },
  };
}

/**
 * Runs leaders of the sequencer one after the other, each for a short time. Sometimes two of them lead at the same
 * time. The returned function stops the leaders, and returns the number of leaders.
 */
export function changingLeaders(db: Database, random: Dice): () => Promise<number> {
  const stop = new AbortController();
  let changes = 0;
  const leading = (async () => {
    let last: Promise<void> = Promise.resolve();
    while (!stop.signal.aborted) {
      const own = new AbortController();
      const until = AbortSignal.any([own.signal, stop.signal]);
      if (!random.chance(0.3)) await last;
      last = storeOn(db).sequencer.lead(until);
      await pause(40 + random.below(160), undefined, { signal: stop.signal }).catch(() => undefined);
      if (!stop.signal.aborted) own.abort();
      changes += 1;
    }
    await last;
  })();
  return async () => {
    stop.abort();
    await leading;
    return changes;
  };
}

export interface Schedule {
  readonly seed: number;
  readonly writers: number;
  readonly turns: number;
}

/**
 * Runs writers that share a few streams. Some appends run alone, and some in a transaction that often has its id before
 * the append. The writers sleep before or after some appends, and roll some transactions back. Returns the ids of the
 * committed events.
 */
export async function randomWriters(db: Database, { seed, writers, turns }: Schedule): Promise<Uuid[]> {
  const { store } = storeOn(db);
  const streams = Array.from({ length: 8 }, () => ids.next());
  const committed: Uuid[] = [];
  const turn = async (random: Dice): Promise<readonly RecordedEvent[]> => {
    const stream = streams[random.below(streams.length)];
    const plan = {
      alone: random.chance(0.25),
      early: random.chance(0.7),
      before: random.below(25),
      after: random.below(25),
    };
    const [sleepsBefore, sleepsAfter, aborts] = [random.chance(0.4), random.chance(0.3), random.chance(0.15)];
    const items = Array.from({ length: 1 + random.below(3) }, (_, n) => ({ n }));
    const append = happening(stream, (await store.read(stream)).length, items);
    if (plan.alone) return (await store.append(append)).events;
    return db.transaction(async () => {
      if (plan.early) await db.query('select pg_current_xact_id()'); // gets its transaction id early
      if (sleepsBefore) await pause(plan.before);
      const { events } = await store.append(append);
      if (sleepsAfter) await pause(plan.after);
      if (aborts) throw new RolledBack();
      return events;
    });
  };
  const writer = async (number: number): Promise<void> => {
    const random = dice(seed * 1_000 + number);
    for (let n = 0; n < turns; n++) {
      const events = await turn(random).catch((error: unknown) => {
        const expected = error instanceof RolledBack || (error as { code?: string }).code === 'VERSION_CONFLICT';
        if (!expected) throw error;
        return [];
      });
      committed.push(...events.map(({ id }) => id));
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, number) => writer(number)));
  return committed;
}

/** The faults in a list of delivered events: a gap in the positions, or a stream out of order. */
export function flaws(events: readonly RecordedEvent[]): string[] {
  const versions = new Map<Uuid, number>();
  return events.flatMap(({ streamId: orderId, position, version }, index) => {
    const expected = (versions.get(orderId) ?? 0) + 1;
    versions.set(orderId, version);
    const gap = position === index + 1 ? [] : [`position ${position} was delivered instead of ${index + 1}`];
    return version === expected
      ? gap
      : [...gap, `version ${version} of ${orderId} was delivered instead of ${expected}`];
  });
}
