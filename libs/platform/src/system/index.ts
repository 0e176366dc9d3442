export { Clock, SystemClock, TestClock } from './clock';
export { Ids, SystemIds, TestIds } from './ids';
export { SystemModule } from './system.module';
