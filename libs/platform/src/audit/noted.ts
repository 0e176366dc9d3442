import { SetMetadata } from '@nestjs/common';

export const AUDITED_FIELDS = 'shop:noted';

/**
 * Names the fields of the body or query that are written to the audit trail, in addition to the ids of the path. A
 * field `reason` is written as the reason. All other named fields are written as targets. Fields that are not named are
 * not written, because bodies contain names of people and secrets.
 */
export const AuditedFields = (...fields: readonly string[]): MethodDecorator => SetMetadata(AUDITED_FIELDS, fields);

export const CHANGES_NOTHING = 'shop:changes-nothing';

/**
 * For a POST that changes nothing, for example a read that needs a body. The POST is not written to the audit trail as
 * a change.
 */
export const ChangesNothing = (): MethodDecorator => SetMetadata(CHANGES_NOTHING, true);

export const SHOWS_PEOPLE = 'shop:shows-people';

/**
 * For a read that shows personal data. The trail then says who saw whose data. If the same reader reads the data of the
 * same people again within a minute, no second line is written.
 */
export const ShowsPeople = (): MethodDecorator => SetMetadata(SHOWS_PEOPLE, true);
