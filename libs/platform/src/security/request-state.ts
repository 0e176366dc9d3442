import type { DomainError } from '#kernel';
import type { Caller } from './caller';

/** What the edge and the guards note down on a request. */
declare module 'fastify' {
  interface FastifyRequest {
    ambient?: {
      readonly requestId: string;
      readonly locale: 'vi' | 'en';
      readonly traceparent: string;
      userId?: string;
    };
    caller?: Caller;
    /** What is wrong with the token that was sent. */
    tokenFault?: DomainError;
    /** Told once, with the status that was answered. */
    afterwards?: ((status: number) => void)[];
  }
  interface FastifyReply {
    /** The status to send, whatever the route's own is. */
    wantedStatus?: number;
  }
}
