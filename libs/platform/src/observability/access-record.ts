import { Injectable, Logger } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Histogram } from 'prom-client';
import { Config } from '#platform/config';
import { loggedUrl, browserOf, loggedNetworkOf } from './logged-request';

const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']);
const QUIET = /^\/(health|metrics)\b/;

/** The data for the log line and the measurement of a request. */
export interface AnsweredRequest {
  readonly method: string;
  readonly url: string;
  /** The pattern of the route; undefined if the URL matches no route. */
  readonly route: string | undefined;
  readonly status: number;
  readonly milliseconds: number;
  readonly userAgent: string | undefined;
  readonly ip: string;
  readonly userId?: string | undefined;
  readonly requestId: string;
  /**
   * Set only for a response that is sent outside of a request context. In a request context, the logger adds the trace
   * id.
   */
  readonly traceId?: string;
}

/** Writes one log line and one measurement for every request that was answered. */
@Injectable()
export class AccessRecord {
  private readonly log = new Logger('http');

  /** False if the configured log level does not include these lines. They are then not built. */
  private readonly isLogged: boolean;

  constructor(
    @InjectMetric('http_request_duration_seconds') private readonly durations: Histogram,
    { logLevel }: Config,
  ) {
    this.isLogged = logLevel === 'info' || logLevel === 'debug';
  }

  record(request: FastifyRequest, reply: FastifyReply): void {
    const { requestContext } = request;
    this.recordAnswer({
      method: request.method,
      url: request.url,
      // A URL that matches no route gets the label `unknown`, because anybody can invent URLs.
      route: request.routeOptions.url,
      status: reply.statusCode,
      milliseconds: reply.elapsedTime,
      userAgent: request.headers['user-agent'],
      ip: request.ip,
      userId: requestContext?.userId,
      requestId: request.id,
    });
  }

  recordAnswer(answered: AnsweredRequest): void {
    const { url, status, milliseconds } = answered;
    const route = answered.route ?? 'unknown';
    const method = METHODS.has(answered.method) ? answered.method : 'other';
    this.durations.observe({ method, route, status: String(status) }, milliseconds / 1000);
    if (!this.isLogged) return;
    if (QUIET.test(url) && status < 500) return;
    this.log.log({
      message: 'request answered',
      method: answered.method,
      url: loggedUrl(url, answered.route),
      route,
      statusCode: status,
      duration: Math.round(milliseconds * 10) / 10,
      userAgent: browserOf(answered.userAgent),
      ip: loggedNetworkOf(answered.ip),
      userId: answered.userId,
      requestId: answered.requestId,
      ...(answered.traceId !== undefined && { traceId: answered.traceId }),
    });
  }
}
