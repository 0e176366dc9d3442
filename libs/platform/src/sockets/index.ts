export { SessionAdmission, type AdmissionSettings } from './session-admission';
export { PerMinute } from './per-minute';
export { Slots, type ReleaseSlot } from './slots';
export { Turns } from './turns';
export { ignoreOtherUpgrades } from './upgrades';
