import { OrderMessage, type Uuid } from '#kernel';

export class PointsEarned extends OrderMessage<{
  readonly orderId: Uuid;
  readonly customerId: Uuid;
  readonly points: number;
  readonly balance: number;
}> {
  static readonly type = 'customers.points-earned.v1';
}
export class PointsTakenBack extends OrderMessage<{
  readonly orderId: Uuid;
  readonly customerId: Uuid;
  /** How many were taken, as a positive number. */
  readonly points: number;
  readonly balance: number;
}> {
  static readonly type = 'customers.points-taken-back.v1';
}

/** Whom a customer's orders are for, unless they say otherwise. */
export interface CustomerContact {
  readonly name: string;
  readonly phone: string | null;
}

/** The contact in a customer's profile, as it is now. */
export abstract class ContactOf {
  /** Undefined where there is no profile yet, or none any more. */
  abstract customer(id: Uuid): Promise<CustomerContact | undefined>;
}
