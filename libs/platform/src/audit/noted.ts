import { SetMetadata } from '@nestjs/common';

export const NOTED = 'shop:noted';

/**
 * The fields of body or query that are written to the audit trail, in addition to the ids of the path: `reason` as the
 * reason, the others as targets. Other fields are not written, because bodies contain names and secrets.
 */
export const Noted = (...fields: readonly string[]): MethodDecorator => SetMetadata(NOTED, fields);

export const CHANGES_NOTHING = 'shop:changes-nothing';

/** For a POST that changes nothing, for example a read that needs a body. It is not noted. */
export const ChangesNothing = (): MethodDecorator => SetMetadata(CHANGES_NOTHING, true);

export const SHOWS_PEOPLE = 'shop:shows-people';

/**
 * For a read that shows personal data: the trail says who saw whose data. The same people, shown to the same reader,
 * are noted once a minute.
 */
export const ShowsPeople = (): MethodDecorator => SetMetadata(SHOWS_PEOPLE, true);
