export { configuredMacKey } from './configured';
export { MacKey } from './mac-key';
