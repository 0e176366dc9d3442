import type { MacKey } from './mac-key';

/**
 * Whether the MAC was computed from the text that `makeText` returns. A forged row can contain JSON that is nested too
 * deeply for the stack. Then `makeText` throws a RangeError, and the result is false.
 */
export function isMacOf(key: MacKey, makeText: () => string, mac: Uint8Array | null): boolean {
  if (mac === null) return false;
  try {
    return key.holds(makeText(), mac);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
