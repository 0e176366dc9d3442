import { SetMetadata } from '@nestjs/common';

export const UNLIMITED = 'shop:unlimited';
export const STRICT_LIMIT = 'shop:strict-limit';

/** The kinds of routes that have a stricter limit than the other routes of the API. */
export type StrictLimit = 'register' | 'login' | 'password';

/** For a route whose requests are not counted, such as health, metrics, and calls of payment providers. */
export const Unlimited = (): MethodDecorator & ClassDecorator => SetMetadata(UNLIMITED, true);

export const SESSION_ROUTE = 'shop:of-sessions';

/**
 * For a route that renews or ends a session. Its requests are counted separately from other requests from the same
 * address, with the limit of a signed-in user. Otherwise the guests of a busy café could use up the limit of the café's
 * address. Then the staff there could not renew their sessions.
 */
export const SessionRoute = (): MethodDecorator => SetMetadata(SESSION_ROUTE, true);

/** Whether requests to this route are counted. */
export const isLimited = (handler: object, controller: object): boolean =>
  Reflect.getMetadata(UNLIMITED, handler) !== true && Reflect.getMetadata(UNLIMITED, controller) !== true;
