export { Clock, SystemClock, TestClock } from './clock';
export { DatabaseTime } from './database-time';
export { Ids, SystemIds, TestIds } from './ids';
export { SystemModule } from './system.module';
export { ClientGone, Slices } from './slices';
export { OneAtATime } from './one-at-a-time';
export { RememberedFile, UnusableSealAnchor } from './remembered-file';
export { Remembered } from './remembered';
export { LastCheckResult, type CheckResult } from './check-result';
