export { SessionAdmission, type AdmissionSettings } from './session-admission';
export { CallsPerMinute } from './calls-per-minute';
export { Slots, type ReleaseSlot } from './slots';
export { WorkQueue } from './work-queue';
export { ignoreOtherUpgrades } from './upgrades';
