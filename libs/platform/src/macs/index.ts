export { configuredMacKey } from './configured';
export { MacKey } from './mac-key';
export { isMacOf } from './mac-of';
