export { askerIn, isFromThisMachine } from './asker';
export { Doorman, type DoorSettings } from './doorman';
export { PerMinute } from './per-minute';
export { Places, type GiveBack } from './places';
export { Turns } from './turns';
export { ignoreOtherUpgrades } from './upgrades';
