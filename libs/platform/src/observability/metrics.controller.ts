import { Controller, Get, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { PrometheusController } from '@willsoto/nestjs-prometheus';
import type { FastifyReply } from 'fastify';
import { Public, Unlimited } from '#platform/security';

@Public()
@Unlimited()
@ApiExcludeController()
@Controller()
export class MetricsController extends PrometheusController {
  @Get()
  override async index(@Res() reply: FastifyReply): Promise<string> {
    const metrics = await super.index(reply);
    await reply.send(metrics);
    return metrics;
  }
}
