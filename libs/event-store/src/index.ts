export { checkExport, checkExportFile, type CheckedExport } from './export/export-check';
export { openNotificationWait } from './sequencer/notification-wait';
export * from './streams/errors';
export { EventStore, SeparateEventStore as DetachedEventStore } from './streams/event-store';
export { contextEventStore, type ContextStreams } from './streams/event-store.module';
export { EventTypes, type EventType, type Upcast } from './streams/event-types';
export * from './streams/events';
export { type ProvedEvent, type ProvedSeal, type StreamProof } from './verifications/evidence';
export { ORIGIN } from './seals/chain';
export {
  checkEvidence,
  ProvedEventShape,
  ProvedRecordShape,
  ProvedSealShape,
  PublicKeyShape,
  SignatureShape,
  type Attested,
} from './verifications/evidence-check';
export { provedColumns, refused, type Refusal, type Refused } from './verifications/proof-check';
export { defineGuard, type Guard, type Guarded, type GuardParameters, type LookUp } from './streams/guard';
export type { Head } from './streams/heads.store';
export type { Folded, Reducer } from './streams/reducer';
export { OlderBuildWatch } from './macs/older-build-watch.job';
export type { Unnumbered } from './sequencer/unnumbered.store';
export { publicKeysIn, TrustedKeys, type PublicKey } from './seals/trusted-keys';
export type { Finding, Found, Remark, Tampered, Verified, VerifyResult } from './verifications/findings';
export { PgEventStore } from './streams/pg-event-store';
export type { Prune } from './streams/store-maintenance.job';
export { StreamDatabase } from './streams/stream-database';
export type { StreamTables } from './streams/table-names';
export { SealKey } from './seals/seal-key';
export { WrongKey } from './seals/known-keys';
export { SealChain } from './seals/seal-chain';
export { RestoreListener, SealRepair, type Justification } from './seals/seal-repair';
export { describeSealRecord, type SealRecord } from './seals/seal-records';
export { startRun, stopRun, unavailable, waitFor, type JoinedRun } from './verifications/joined-run';
export { Verifications } from './verifications/verifications';
export type { Verification } from './verifications/verifications.store';
export { idOfMessage } from './streams/appender';
