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
