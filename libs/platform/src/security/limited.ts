import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common';
import { AttemptsInterceptor } from './attempts.interceptor';
import { STRICT_LIMIT, type StrictLimit } from './limits';

/**
 * Limits for a route that checks or creates credentials. The numbers are the defaults. `register` allows 5 requests an
 * hour from one address. `login` counts failures (401) in 15 minutes. It allows 5 for one account from one network, 5
 * from one address, and 50 for one account from everywhere. The account is the `email` in the body. `password` has the
 * same limits for the account of the signed-in user, but no limit for the address.
 */
export const Limited = (by: StrictLimit): MethodDecorator =>
  applyDecorators(SetMetadata(STRICT_LIMIT, by), UseInterceptors(AttemptsInterceptor));
