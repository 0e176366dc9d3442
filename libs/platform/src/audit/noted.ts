import { SetMetadata } from '@nestjs/common';

export const NOTED = 'shop:noted';

/**
 * What of the body or the query goes into the audit trail beside the path's ids: `reason` as the reason, the others as
 * targets. Nothing else does, for bodies hold names and secrets.
 */
export const Noted = (...fields: readonly string[]): MethodDecorator => SetMetadata(NOTED, fields);

export const ONLY_ASKS = 'shop:only-asks';

/** It is a POST because its question needs a body: nothing is changed, so there is nothing to note down. */
export const OnlyAsks = (): MethodDecorator => SetMetadata(ONLY_ASKS, true);
