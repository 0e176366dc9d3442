import { Gauge, register } from 'prom-client';

const gauge = (name: string, help: string) =>
  (register.getSingleMetric(name) as Gauge | undefined) ?? new Gauge({ name, help });

export const sealAlarms = gauge(
  'shop_seals_disagree',
  '1 while nothing can be sealed: the seals differ from those that are remembered outside of the database, or cannot be compared with them, or the shop did not append an event.',
);
export const unsealedSeconds = gauge(
  'shop_log_unsealed_seconds',
  'How many seconds the oldest event without a seal has waited for a seal.',
);
export const failedVerifications = gauge(
  'shop_log_verification_failed',
  '1 while the last verification of the event log ended with an error, so that the state of the log is unknown.',
);
export const badFindings = gauge(
  'shop_log_verification_findings',
  'How many problems the last verification with findings has found in the event log; 0 if a later one of the whole log found none.',
);
export const verifiedThrough = gauge(
  'shop_log_verified_position',
  'The last sealed position up to which the event log was verified without findings.',
);
