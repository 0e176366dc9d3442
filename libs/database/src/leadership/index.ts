export { WITHOUT_JOBS } from './leads-projections-only';
export { Leadership } from './leadership';
export { LeadershipModule } from './leadership.module';
export { PgLeadership } from './pg-leadership';
