import { Injectable, Logger } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Histogram } from 'prom-client';
import { Config } from '#platform/config';
import { loggedUrl, browserOf, networkOf } from './logged-request';

const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']);
const QUIET = /^\/(health|metrics)\b/;

/** One log line and one measurement for every request that was answered. */
@Injectable()
export class AccessRecord {
  private readonly log = new Logger('http');

  /** False if these lines are not logged at the configured log level. Then they are not built. */
  private readonly isLogged: boolean;

  constructor(
    @InjectMetric('http_request_duration_seconds') private readonly durations: Histogram,
    { logLevel }: Config,
  ) {
    this.isLogged = logLevel === 'info' || logLevel === 'debug';
  }

  record(request: FastifyRequest, reply: FastifyReply): void {
    const seconds = reply.elapsedTime / 1000;
    // A URL that matches no route gets the label `unknown`, because anybody can invent URLs.
    const route = request.routeOptions.url ?? 'unknown';
    const method = METHODS.has(request.method) ? request.method : 'other';
    this.durations.observe({ method, route, status: String(reply.statusCode) }, seconds);
    if (!this.isLogged) return;
    if (QUIET.test(request.url) && reply.statusCode < 500) return;
    this.log.log({
      message: 'request answered',
      method: request.method,
      url: loggedUrl(request.url, request.routeOptions.url),
      route,
      statusCode: reply.statusCode,
      duration: Math.round(reply.elapsedTime * 10) / 10,
      userAgent: browserOf(request.headers['user-agent']),
      ip: networkOf(request.ip),
      userId: request.ambient?.userId,
      requestId: request.id,
    });
  }
}
