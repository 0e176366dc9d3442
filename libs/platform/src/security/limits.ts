import { SetMetadata } from '@nestjs/common';

export const UNLIMITED = 'shop:unlimited';
export const STRICT_LIMIT = 'shop:strict-limit';

/** What has a stricter limit than the rest of the API. */
export type StrictLimit = 'register' | 'login' | 'password';

/** Not counted: health, metrics, and calls of payment providers. */
export const Unlimited = (): MethodDecorator & ClassDecorator => SetMetadata(UNLIMITED, true);

export const OF_SESSIONS = 'shop:of-sessions';

/**
 * Renews or ends a session. It is counted separately from other requests of the same address, with the limit of a
 * signed-in user. Otherwise a busy café would sign its own staff out.
 */
export const OfSessions = (): MethodDecorator => SetMetadata(OF_SESSIONS, true);

/** Whether requests to this route are counted. */
export const isLimited = (handler: object, controller: object): boolean =>
  Reflect.getMetadata(UNLIMITED, handler) !== true && Reflect.getMetadata(UNLIMITED, controller) !== true;
