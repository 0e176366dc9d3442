import { setTimeout as pause } from 'node:timers/promises';

/** Waits for an outcome, not for a time: asks again until nothing is thrown, and hands on what was found. */
export async function eventually<Found>(look: () => Promise<Found> | Found, milliseconds = 20_000): Promise<Found> {
  for (const end = performance.now() + milliseconds; ; await pause(25)) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
  }
}
