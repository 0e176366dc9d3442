/** How large a body is allowed to be: its bytes, its field names, its values, and its levels of nesting. */
export interface BodyLimits {
  readonly bytes: number;
  readonly keys: number;
  readonly values: number;
  readonly depth: number;
}

export type Sender = 'stranger' | 'staff' | 'provider' | 'service';

const KB = 1024;

/** `stranger`: guests and customers. `provider`: payment providers. `service`: other processes of the shop. */
export const BODY_LIMITS: Readonly<Record<Sender, BodyLimits>> = {
  stranger: { bytes: 16 * KB, keys: 200, values: 1_000, depth: 32 },
  staff: { bytes: 1024 * KB, keys: 20_000, values: 20_000, depth: 32 },
  provider: { bytes: 256 * KB, keys: 20_000, values: 20_000, depth: 32 },
  service: { bytes: 1024 * KB, keys: 20_000, values: 20_000, depth: 32 },
};

const SENDERS = [
  ['/api/v1/admin/', 'staff'],
  ['/api/v1/payments/webhooks/', 'provider'],
  ['/internal/', 'service'],
] as const;

/** The kind of sender that is expected to send bodies to this route. `route` is the template of the route. */
export const senderOf = (route: string | undefined): Sender =>
  SENDERS.find(([path]) => route?.startsWith(path))?.[1] ?? 'stranger';
