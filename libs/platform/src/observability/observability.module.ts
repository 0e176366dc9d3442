import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { makeHistogramProvider, PrometheusModule } from '@willsoto/nestjs-prometheus';
import { register } from 'prom-client';
import { AccessRecord } from './access-record';
import { ShopHealth } from './health';
import { HealthController } from './health.controller';
import { MetricsController } from './metrics.controller';
import { MetricsServer } from './metrics-server';
import { ShopState } from './state';

/** Health, metrics and the access log. */
@Global()
@Module({
  imports: [
    DiscoveryModule,
    TerminusModule.forRoot({ logger: false }),
    PrometheusModule.register({
      path: '/metrics',
      controller: MetricsController,
      defaultMetrics: { enabled: register.getSingleMetric('process_cpu_seconds_total') === undefined },
    }),
  ],
  controllers: [HealthController],
  providers: [
    ShopState,
    AccessRecord,
    ShopHealth,
    MetricsServer,
    makeHistogramProvider({
      name: 'http_request_duration_seconds',
      help: 'How long requests took, by route template.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    }),
  ],
  exports: [ShopState, AccessRecord, MetricsServer],
})
export class ObservabilityModule {}
