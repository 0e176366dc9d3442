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
  /** How many points were taken back, as a positive number. */
  readonly points: number;
  readonly balance: number;
}> {
  static readonly type = 'customers.points-taken-back.v1';
}

/** The default recipient of a customer's orders. */
export interface CustomerContact {
  readonly name: string;
  readonly phone: string | null;
}

/** Ordering asks this question: what contact is in a customer's current profile? */
export abstract class ContactOf {
  /**
   * Undefined if there is no profile yet, or the person was erased. Throws `Unanswered` if the profiles cannot be
   * reached.
   */
  abstract customer(id: Uuid): Promise<CustomerContact | undefined>;
}
