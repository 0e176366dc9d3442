import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { AuditTrail, type AuditFilter, type AuditCursor, type AuditRow } from './audit-trail.store';

/**
 * Lists who did what, newest first. The handler reads one row more than `limit`. This row shows whether there is
 * another page.
 */
export class ListAudit extends Query<readonly AuditRow[]> {
  constructor(
    readonly filter: AuditFilter,
    readonly limit: number,
    readonly after?: AuditCursor,
  ) {
    super();
  }
}

@QueryHandler(ListAudit)
export class ListAuditHandler implements IQueryHandler<ListAudit> {
  constructor(private readonly trail: AuditTrail) {}

  execute({ filter, limit, after }: ListAudit): Promise<readonly AuditRow[]> {
    return this.trail.list(filter, limit + 1, after);
  }
}
