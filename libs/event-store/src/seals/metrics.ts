import { Gauge, register } from 'prom-client';

const gauge = (name: string, help: string) =>
  (register.getSingleMetric(name) as Gauge | undefined) ?? new Gauge({ name, help });

export const sealAlarms = gauge(
  'shop_seals_disagree',
  '1 while nothing can be sealed: the seals are not those that are remembered outside of the database, or cannot be compared with them, or an event is not ours.',
);
export const unsealedSeconds = gauge(
  'shop_log_unsealed_seconds',
  'For how long the oldest event without a seal has waited for it.',
);
export const failedVerifications = gauge(
  'shop_log_verification_failed',
  '1 while the last verification of the event log ended with an error, and so says nothing about the log.',
);
export const badFindings = gauge(
  'shop_log_verification_findings',
  'What the last verification of the event log found to be not as it was written.',
);
export const verifiedThrough = gauge(
  'shop_log_verified_position',
  'The position up to which the event log was last found to be as it was written.',
);
