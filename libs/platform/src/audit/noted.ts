import { SetMetadata } from '@nestjs/common';

export const NOTED = 'shop:noted';

/**
 * The fields of body or query that go into the audit trail, beside the ids of the path: `reason` as the reason, the
 * others as targets. No other field does, because bodies contain names and secrets.
 */
export const Noted = (...fields: readonly string[]): MethodDecorator => SetMetadata(NOTED, fields);

export const ONLY_ASKS = 'shop:only-asks';

/** A POST only because its question needs a body. It changes nothing, so it is not noted. */
export const OnlyAsks = (): MethodDecorator => SetMetadata(ONLY_ASKS, true);

export const SHOWS_PEOPLE = 'shop:shows-people';

/**
 * It changes nothing and shows personal data, so the trail says who saw whose data. The same reader and the same
 * people are noted once a minute.
 */
export const ShowsPeople = (): MethodDecorator => SetMetadata(SHOWS_PEOPLE, true);
