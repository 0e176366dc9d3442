import { Catch, HttpStatus, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { failureBody, failureOf, type Failure } from './failure';
import { localeOf } from './messages';

const UNAVAILABLE: number = HttpStatus.SERVICE_UNAVAILABLE;

/** The only place where an error becomes a response, and where unexpected errors are logged. */
@Catch()
export class FailureFilter implements ExceptionFilter {
  private readonly log = new Logger('failure');

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType() === 'ws') return this.sendToSocket(error, host);
    if (host.getType() !== 'http') throw error;
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    this.answer(error, request, http.getResponse<FastifyReply>());
  }

  /** Sends the error to the client of a web socket, with the same codes as over HTTP. */
  private sendToSocket(error: unknown, host: ArgumentsHost): void {
    const failure = failureOf(error);
    if (failure.broken) this.log.error({ message: 'the handler of a socket message failed', error });
    const client = host.switchToWs().getClient<{ id?: string; emit(event: string, body: object): void }>();
    client.emit('exception', failureBody(failure, client.id ?? '', 'en').error);
  }

  /**
   * An error with status 503 is logged without its stack. An outage causes many such errors, and their stacks do not
   * help.
   */
  private logFailure(
    error: unknown,
    { status }: Failure,
    { method, routeOptions, id: requestId }: FastifyRequest,
  ): void {
    const message = `${method} ${routeOptions?.url ?? ''} failed`;
    if (status === UNAVAILABLE) this.log.warn({ message: `${message}: ${(error as Error).message}`, requestId });
    else this.log.error({ message, requestId, error });
  }

  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const failure = failureOf(error);
    if (failure.broken) this.logFailure(error, failure, request);
    if (reply.sent || reply.raw.headersSent) return void reply.raw.destroy(); // a part of the response was sent already
    delete reply.wantedStatus;
    const locale = request.requestContext?.locale ?? localeOf(request.headers['accept-language']);
    if (failure.retryAfter !== undefined) reply.header('retry-after', String(failure.retryAfter));
    if (failure.status === 401) reply.header('www-authenticate', 'Bearer');
    void reply
      .code(failure.status)
      .removeHeader('etag')
      .header('cache-control', 'no-store')
      .header('content-language', locale)
      .header('content-type', 'application/json; charset=utf-8')
      .send(failureBody(failure, request.id, locale));
  }
}
