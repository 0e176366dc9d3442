import { Config } from '#platform/config';
import { MacKey } from './mac-key';

/** The key of EVENT_MAC_KEY, for modules that add a MAC to what they write. */
export const configuredMacKey = {
  provide: MacKey,
  inject: [Config],
  useFactory: ({ eventMacKey, eventFormerKeys }: Config) => new MacKey(eventMacKey, eventFormerKeys),
};
