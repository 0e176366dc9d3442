export { AccessRecord } from './access-record';
export { currentRequest, shopLocale, inRequestContext, type RequestContext } from './request-context';
export { HealthCheck, Impaired } from './health-check';
export { asNestLogger, endLog, shopLogger, type LogSettings } from './logger';
export { MetricsServer } from './metrics-server';
export { ObservabilityModule } from './observability.module';
export { redact, redactText } from './redact';
export { ShopState } from './state';
export { requestIdFrom, traceIdOf, traceparentFrom } from './trace';
