import { Config } from '#platform/config';
import { MacKey } from './mac-key';

/** The key from EVENT_MAC_KEY, for modules that add a MAC to the rows that they write. */
export const configuredMacKey = {
  provide: MacKey,
  inject: [Config],
  useFactory: ({ eventMacKey, eventFormerKeys }: Config) => new MacKey(eventMacKey, eventFormerKeys),
};
