import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { ApiExcludeController } from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorService, type HealthIndicatorFunction } from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';
import { Public, Unlimited } from '#platform/security';
import { HealthCheck } from './health-check';
import { ShopState } from './state';

const LONGEST_MS = 1_000;

export interface Health {
  readonly status: 'ok' | 'degraded' | 'down';
  readonly timestamp: string;
  readonly services: Readonly<Record<string, 'healthy' | 'unhealthy'>>;
}

/** Open to everyone, never counted, and without the envelope: probes of all makes read these. */
@Public()
@Unlimited()
@ApiExcludeController()
@Controller('health')
export class HealthController {
  constructor(
    private readonly terminus: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly discovery: DiscoveryService,
    private readonly state: ShopState,
  ) {}

  @Get()
  async health(@Res() reply: FastifyReply): Promise<void> {
    const health = await this.look();
    await this.send(reply, health.status !== 'down', health);
  }

  @Get('live')
  async live(@Res() reply: FastifyReply): Promise<void> {
    await this.send(reply, true, { status: 'ok', timestamp: new Date().toISOString() });
  }

  @Get('ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const health = await this.look();
    const ready = this.state.ready && health.status !== 'down';
    await this.send(reply, ready, ready ? health : { ...health, status: 'down' });
  }

  private async send(reply: FastifyReply, well: boolean, body: object): Promise<void> {
    if (!well) reply.header('retry-after', '1');
    await reply.code(well ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE).send(body);
  }

  private async look(): Promise<Health> {
    const checks = this.checks();
    const services: Record<string, 'healthy' | 'unhealthy'> = {};
    const looking = checks.map((check): HealthIndicatorFunction => async () => {
      const found = await this.within(check);
      services[check.service] = found ? 'healthy' : 'unhealthy';
      const indicator = this.indicators.check(check.service);
      return found || !check.fatal ? indicator.up() : indicator.down();
    });
    const fine = await this.terminus.check(looking).then(
      () => true,
      () => false,
    );
    const status = !fine ? 'down' : Object.values(services).includes('unhealthy') ? 'degraded' : 'ok';
    return { status, timestamp: new Date().toISOString(), services };
  }

  private checks(): HealthCheck[] {
    const found = this.discovery
      .getProviders()
      .map((wrapper) => wrapper.instance as unknown)
      .filter((instance) => instance instanceof HealthCheck);
    return [...new Map(found.map((check) => [check.service, check])).values()];
  }

  private async within(check: HealthCheck): Promise<boolean> {
    let late: NodeJS.Timeout | undefined;
    const tooLate = new Promise<boolean>((done) => (late = setTimeout(() => done(false), LONGEST_MS)));
    const asked = check.check().then(
      () => true,
      () => false,
    );
    return Promise.race([asked, tooLate]).finally(() => clearTimeout(late));
  }
}
