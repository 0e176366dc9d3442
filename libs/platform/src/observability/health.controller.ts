import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public, Unlimited } from '#platform/security';
import { ShopHealth } from './health';

/** The health of the shop, for probes: open to everyone, without a rate limit, and without the envelope. */
@Public()
@Unlimited()
@ApiExcludeController()
@Controller('health')
export class HealthController {
  constructor(private readonly shop: ShopHealth) {}

  @Get()
  async health(@Res() reply: FastifyReply): Promise<void> {
    const health = await this.shop.readHealth();
    await this.send(reply, health.status !== 'down', health);
  }

  @Get('live')
  async live(@Res() reply: FastifyReply): Promise<void> {
    await this.send(reply, true, { status: 'ok', timestamp: new Date().toISOString() });
  }

  @Get('ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const { ready, health } = await this.shop.readiness();
    await this.send(reply, ready, health);
  }

  private async send(reply: FastifyReply, isHealthy: boolean, body: object): Promise<void> {
    if (!isHealthy) reply.header('retry-after', '1');
    await reply.code(isHealthy ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE).send(body);
  }
}
