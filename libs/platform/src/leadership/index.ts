export { BACKSTAGE } from './backstage-leadership';
export { Leadership } from './leadership';
export { LeadershipModule } from './leadership.module';
export { PgLeadership } from './pg-leadership';
