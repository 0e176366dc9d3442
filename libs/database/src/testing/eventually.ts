import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits for an outcome, not for a time. Calls `check` again until it does not throw and does not return `false`. Returns
 * its result.
 */
export async function eventually<Found>(check: () => Promise<Found> | Found, milliseconds = 20_000): Promise<Found> {
  for (const end = performance.now() + milliseconds; ; await pause(25)) {
    try {
      const found = await check();
      if (found === false) throw new Error('it has not happened');
      return found;
    } catch (error) {
      if (performance.now() > end) throw error;
    }
  }
}
