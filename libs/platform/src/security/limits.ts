import { SetMetadata } from '@nestjs/common';

export const UNLIMITED = 'shop:unlimited';
export const STRICT_LIMIT = 'shop:strict-limit';

/** What has a stricter limit than the rest of the API. */
export type StrictLimit = 'register' | 'login';

/** Not counted: health, metrics and what payment providers call. */
export const Unlimited = (): MethodDecorator & ClassDecorator => SetMetadata(UNLIMITED, true);

/**
 * `register`: 5 an hour by address. `login`: 5 failures (401) in 15 minutes, by the body's `email` and by address;
 * successes are not counted.
 */
export const Limited = (by: StrictLimit): MethodDecorator => SetMetadata(STRICT_LIMIT, by);

/** Whether requests to this route are counted. */
export const isLimited = (handler: object, controller: object): boolean =>
  Reflect.getMetadata(UNLIMITED, handler) !== true && Reflect.getMetadata(UNLIMITED, controller) !== true;
