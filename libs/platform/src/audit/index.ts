export { showAudit } from './audit.controller';
export { AuditModule } from './audit.module';
export { ListAudit } from './audit.query';
export { AuditTrail, type AuditEntry, type AuditFilter, type AuditLine, type AuditOutcome } from './audit-trail.store';
export { AuditedFields, ChangesNothing, ShowsPeople } from './noted';
export { AuditChain } from './chain.job';
