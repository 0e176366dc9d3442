import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common';
import { AttemptsInterceptor } from './attempts.interceptor';
import { STRICT_LIMIT, type StrictLimit } from './limits';

/**
 * Limits for a route that checks or creates credentials. `register`: 5 requests an hour for an address. `login`:
 * in 15 minutes, 5 failures (401) for an account from one network, 5 for an address, and 50 for an account from
 * everywhere. The account is the body's `email`. `password`: the same limits for the signed-in account. Successes are
 * not counted as failures.
 */
export const Limited = (by: StrictLimit): MethodDecorator =>
  applyDecorators(SetMetadata(STRICT_LIMIT, by), UseInterceptors(AttemptsInterceptor));
