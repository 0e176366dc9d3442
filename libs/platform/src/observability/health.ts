import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { HealthCheckService, HealthIndicatorService, type HealthIndicatorFunction } from '@nestjs/terminus';
import { HealthCheck, Impaired } from './health-check';
import { ShopState } from './state';

/** The time limit of each check. All checks run at the same time, so a probe gets its response within a second. */
const LONGEST_MS = 900;
/** How long a result is reused, so that frequent probes do not cause more queries. */
const FRESH_MS = 1_000;

type CheckResult = 'healthy' | 'impaired' | 'unhealthy';

export interface Health {
  readonly status: 'ok' | 'degraded' | 'down';
  readonly timestamp: string;
  readonly services: Readonly<Record<string, 'healthy' | 'unhealthy'>>;
}

/** The health of the shop, checked once a second at most. */
@Injectable()
export class ShopHealth {
  private lastRun?: { readonly at: number; readonly health: Promise<Health> };

  constructor(
    private readonly terminus: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly discovery: DiscoveryService,
    private readonly state: ShopState,
  ) {}

  readHealth(): Promise<Health> {
    const now = performance.now();
    if (!this.lastRun || now - this.lastRun.at >= FRESH_MS) this.lastRun = { at: now, health: this.runChecks() };
    return this.lastRun.health;
  }

  async readiness(): Promise<{ readonly ready: boolean; readonly health: Health }> {
    const health = await this.readHealth();
    const ready = this.state.ready && health.status !== 'down';
    return { ready, health: ready ? health : { ...health, status: 'down' } };
  }

  private async runChecks(): Promise<Health> {
    const services: Record<string, 'healthy' | 'unhealthy'> = {};
    const checks = this.findChecks().map((check): HealthIndicatorFunction => async () => {
      const result = await runInTime(check);
      // An `onlyWhenImpaired` check is shown only if it is impaired. If its server does not respond, another check
      // reports this.
      if (!check.onlyWhenImpaired || result === 'impaired')
        services[check.service] = result === 'healthy' ? 'healthy' : 'unhealthy';
      const indicator = this.indicators.check(check.service);
      return result === 'unhealthy' && check.fatal ? indicator.down() : indicator.up();
    });
    const isUp = await this.terminus.check(checks).then(
      () => true,
      () => false,
    );
    const status = !isUp ? 'down' : Object.values(services).includes('unhealthy') ? 'degraded' : 'ok';
    return { status, timestamp: new Date().toISOString(), services };
  }

  private findChecks(): HealthCheck[] {
    const result = this.discovery
      .getProviders()
      .map((wrapper) => wrapper.instance as unknown)
      .filter((instance) => instance instanceof HealthCheck);
    return [...new Map(result.map((check) => [check.service, check])).values()];
  }
}

function runInTime(check: HealthCheck): Promise<CheckResult> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<CheckResult>((done) => (timer = setTimeout(() => done('unhealthy'), LONGEST_MS)));
  const finished = check.check().then(
    (): CheckResult => 'healthy',
    (error: unknown): CheckResult => (error instanceof Impaired ? 'impaired' : 'unhealthy'),
  );
  return Promise.race([finished, tooLate]).finally(() => clearTimeout(timer));
}
