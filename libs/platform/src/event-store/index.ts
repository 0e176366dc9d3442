export * from './errors';
export { EventStore } from './event-store';
export { contextEventStore } from './event-store.module';
export { EventTypes, type EventType, type Upcast } from './event-types';
export * from './events';
export type { Finding, Tampered, Verified, VerifyResult } from './findings';
export { PgEventStore } from './pg-event-store';
export { SealKey } from './seal-key';
export { createEventStoreTables } from './tables';
