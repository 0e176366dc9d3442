import { Controller, Get, NotFoundException, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { PrometheusController } from '@willsoto/nestjs-prometheus';
import type { FastifyReply } from 'fastify';
import { Config } from '#platform/config';
import { Public, Unlimited } from '#platform/security';
import { mayReadMetrics } from './metrics-reader';

/** The metrics at the public port. Callers who are not allowed to read the metrics get 404. */
@Public()
@Unlimited()
@ApiExcludeController()
@Controller()
export class MetricsController extends PrometheusController {
  constructor(private readonly config: Config) {
    super();
  }

  @Get()
  override async index(@Res() reply: FastifyReply): Promise<string> {
    const { headers, raw } = reply.request;
    if (!mayReadMetrics({ peer: raw.socket.remoteAddress, headers }, this.config)) throw new NotFoundException();
    const metrics = await super.index(reply);
    await reply.send(metrics);
    return metrics;
  }
}
