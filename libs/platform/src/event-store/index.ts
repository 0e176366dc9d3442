export * from './errors';
export { EventStore } from './event-store';
export { contextEventStore } from './event-store.module';
export { EventTypes, type EventType, type Upcast } from './event-types';
export * from './events';
export { canonicalJson } from './canonical-json';
export { type ProvedEvent, type StreamProof } from './evidence';
export {
  checkEvidence,
  ProvedEventShape,
  ProvedSealShape,
  PublicKeyShape,
  SignatureShape,
  type Attested,
} from './evidence-check';
export { provedColumns, refused, type Refusal, type Refused } from './proof-check';
export type { Folded, Reducer } from './reducer';
export { createPlacedPortions } from './portions-table';
export { createSnapshotTable } from './snapshot-table';
export { publicKeyIn, TrustedKeys, type PublicKey } from './trusted-keys';
export type { Finding, Tampered, Verified, VerifyResult } from './findings';
export { PgEventStore } from './pg-event-store';
export { SealKey } from './seal-key';
export { createEventStoreTables } from './tables';
