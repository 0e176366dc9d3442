import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { HealthCheckService, HealthIndicatorService, type HealthIndicatorFunction } from '@nestjs/terminus';
import { HealthCheck, Impaired } from './health-check';
import { ShopState } from './state';

/** The time limit of each check. All checks run at the same time, so a probe has its answer within a second. */
const LONGEST_MS = 900;
/** How long an answer is reused, so that frequent probes do not cause more queries. */
const FRESH_MS = 1_000;

type Found = 'well' | 'impaired' | 'unwell';

export interface Health {
  readonly status: 'ok' | 'degraded' | 'down';
  readonly timestamp: string;
  readonly services: Readonly<Record<string, 'healthy' | 'unhealthy'>>;
}

/** The health of the shop, checked once a second at most. */
@Injectable()
export class ShopHealth {
  private last?: { readonly at: number; readonly health: Promise<Health> };

  constructor(
    private readonly terminus: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly discovery: DiscoveryService,
    private readonly state: ShopState,
  ) {}

  look(): Promise<Health> {
    const now = performance.now();
    if (!this.last || now - this.last.at >= FRESH_MS) this.last = { at: now, health: this.ask() };
    return this.last.health;
  }

  async readiness(): Promise<{ readonly ready: boolean; readonly health: Health }> {
    const health = await this.look();
    const ready = this.state.ready && health.status !== 'down';
    return { ready, health: ready ? health : { ...health, status: 'down' } };
  }

  private async ask(): Promise<Health> {
    const services: Record<string, 'healthy' | 'unhealthy'> = {};
    const looking = this.checks().map((check): HealthIndicatorFunction => async () => {
      const found = await within(check);
      // An `onlyWhenUnwell` check that fails in another way says nothing: its server has a check of its own.
      if (!check.onlyWhenUnwell || found === 'impaired')
        services[check.service] = found === 'well' ? 'healthy' : 'unhealthy';
      const indicator = this.indicators.check(check.service);
      return found === 'unwell' && check.fatal ? indicator.down() : indicator.up();
    });
    const isUp = await this.terminus.check(looking).then(
      () => true,
      () => false,
    );
    const status = !isUp ? 'down' : Object.values(services).includes('unhealthy') ? 'degraded' : 'ok';
    return { status, timestamp: new Date().toISOString(), services };
  }

  private checks(): HealthCheck[] {
    const found = this.discovery
      .getProviders()
      .map((wrapper) => wrapper.instance as unknown)
      .filter((instance) => instance instanceof HealthCheck);
    return [...new Map(found.map((check) => [check.service, check])).values()];
  }
}

function within(check: HealthCheck): Promise<Found> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<Found>((done) => (timer = setTimeout(() => done('unwell'), LONGEST_MS)));
  const asked = check.check().then(
    (): Found => 'well',
    (error: unknown): Found => (error instanceof Impaired ? 'impaired' : 'unwell'),
  );
  return Promise.race([asked, tooLate]).finally(() => clearTimeout(timer));
}
