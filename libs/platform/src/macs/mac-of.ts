import type { MacKey } from './mac-key';

/**
 * Whether the MAC was computed from this text. False if the text cannot be made because its JSON is nested deeper than
 * the stack allows. The shop never writes such JSON.
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
