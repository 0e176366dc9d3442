import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common';
import { AttemptsInterceptor } from './attempts.interceptor';
import { STRICT_LIMIT, type StrictLimit } from './limits';

/**
 * `register`: 5 an hour by address. `login`: 5 failures (401) in 15 minutes for an account from a network, and for
 * an address, and 50 for an account from everywhere. The account is the body's `email`. `password`: the same for the
 * signed-in account. Successes are not counted.
 */
export const Limited = (by: StrictLimit): MethodDecorator =>
  applyDecorators(SetMetadata(STRICT_LIMIT, by), UseInterceptors(AttemptsInterceptor));
