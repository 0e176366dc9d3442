import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits for an outcome, not for a time: looks again until nothing is thrown and the answer is not `false`, and returns
 * what was found.
 */
export async function eventually<Found>(look: () => Promise<Found> | Found, milliseconds = 20_000): Promise<Found> {
  for (const end = performance.now() + milliseconds; ; await pause(25)) {
    try {
      const found = await look();
      if (found === false) throw new Error('it has not happened');
      return found;
    } catch (error) {
      if (performance.now() > end) throw error;
    }
  }
}
