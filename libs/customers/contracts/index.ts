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
  /** How many were taken back, as a positive number. */
  readonly points: number;
  readonly balance: number;
}> {
  static readonly type = 'customers.points-taken-back.v1';
}

/** The person a customer's orders are for, unless an order says otherwise. */
export interface CustomerContact {
  readonly name: string;
  readonly phone: string | null;
}

/** The contact in a customer's profile, as it is now. */
export abstract class ContactOf {
  /**
   * Undefined if there is no profile yet, or none any more. Throws `Unanswered` if it cannot be found out at the
   * moment.
   */
  abstract customer(id: Uuid): Promise<CustomerContact | undefined>;
}
