import type { DomainError } from '#kernel';
import type { Attempt } from './attempt';
import type { Caller } from './caller';

/** What the edge and the guards store on a request. */
declare module 'fastify' {
  interface FastifyRequest {
    requestContext?: {
      readonly requestId: string;
      readonly locale: 'vi' | 'en';
      readonly traceparent: string;
      userId?: string;
    };
    caller?: Caller;
    /** Why the access token of the request is invalid. */
    tokenFault?: DomainError;
    /** An attempt that may fail, such as a log-in; its outcome is counted. */
    attempt?: Attempt;
    /** Called once, with the status that was answered. */
    afterwards?: ((status: number) => void)[];
  }
  interface FastifyReply {
    /** The status to send, instead of the route's own. */
    wantedStatus?: number;
  }
}
