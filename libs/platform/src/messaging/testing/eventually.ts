import { setTimeout as pause } from 'node:timers/promises';

/** Waits for an outcome, not for a time. */
export async function eventually(check: () => Promise<void> | void, milliseconds = 10_000): Promise<void> {
  const end = performance.now() + milliseconds;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > end) throw error;
      await pause(20);
    }
  }
}
