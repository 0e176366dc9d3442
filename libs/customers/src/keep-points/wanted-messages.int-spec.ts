import { vnd } from '#kernel';
import { OrderCancelled, OrderConfirmed, OrderRefunded, OrderStatusUpdated } from '#contracts/ordering';
import { inboxMetadata } from '#messaging';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { EarnWhenPaid, TakeBackWhenUndone } from './keep-points.consumer';
import { moneyReportOf, type MoneyMessage } from './money-report';

const conditions = { ...inboxMetadata(EarnWhenPaid)!.onlyIf, ...inboxMetadata(TakeBackWhenUndone)!.onlyIf };

let database: TestDatabase;
beforeAll(async () => (database = await testDatabase()));
afterAll(() => database.drop());

const meetsCondition = async (message: MoneyMessage) => {
  const condition = conditions[(message.constructor as typeof OrderConfirmed).type];
  const [row] = await database
    .of('customers')
    .query<{ met: boolean }>('select $1::jsonb @? $2::jsonpath as met', [JSON.stringify(message.body), condition]);
  return row.met;
};

const money = { total: vnd(2), paid: vnd(2), refundedTotal: vnd(1), method: 'card' };

describe.each([{ customerId: 'c' }, { customerId: null }, {}])('A message about an order of %j', (recipient) => {
  const isWanted = (message: MoneyMessage) => moneyReportOf(message) !== undefined && Boolean(message.body.recipient.customerId); // prettier-ignore

  it.each([OrderConfirmed, OrderCancelled, OrderRefunded])(
    'is delivered if it concerns points: %p',
    async (Message) => {
      const message = new Message({ ...money, recipient } as never) as MoneyMessage;
      expect(await meetsCondition(message)).toBe(isWanted(message));
    },
  );

  it.each(['confirmed', 'accepted', 'completed', 'cancelled'])(
    'is delivered if it concerns points: %s',
    async (status) => {
      const message = new OrderStatusUpdated({ ...money, recipient, status } as never);
      expect(await meetsCondition(message)).toBe(isWanted(message));
    },
  );
});
