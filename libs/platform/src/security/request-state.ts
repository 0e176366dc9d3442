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
    /** An attempt to log in or to confirm a password. Its failures are counted. */
    attempt?: Attempt;
    /** These functions are called once, with the status of the response. */
    afterwards?: ((status: number) => void)[];
  }
  interface FastifyReply {
    /** The status to send, instead of the usual status of the route. */
    wantedStatus?: number;
  }
}
