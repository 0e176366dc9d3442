import { vnd } from '#kernel';
import { OrderConfirmed, OrderStatusUpdated } from '#contracts/ordering';
import { inboxMetadata } from '#messaging';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { letterContentOf, type LetterMessage } from '../letters/letter-of';
import { WriteWhenOrderMoves } from './write-letter.consumer';

const conditions = inboxMetadata(WriteWhenOrderMoves)!.onlyIf!;
const statuses = ['pending', 'confirmed', 'accepted', 'on-hold', 'preparing', 'ready', 'completed', 'cancelled', 'refunded', 'new']; // prettier-ignore
const recipients = [{ email: { sealed: 'x' } }, { email: null }, {}, undefined];

let database: TestDatabase;
beforeAll(async () => (database = await testDatabase()));
afterAll(() => database.drop());

const fulfils = async (body: object, condition: string) =>
  (
    await database
      .of('notifications')
      .query<{ fulfils: boolean }>('select $1::jsonb @? $2::jsonpath as fulfils', [JSON.stringify(body), condition])
  )[0].fulfils;

const hasLetter = (message: LetterMessage) =>
  letterContentOf(message) !== undefined && Boolean((message.body.recipient as { email?: unknown } | undefined)?.email);

describe('The condition for messages of the handler write-letter', () => {
  it('is fulfilled by exactly the changes of status that have a letter', async () => {
    for (const recipient of recipients)
      for (const status of statuses)
        for (const previous of statuses) {
          const message = new OrderStatusUpdated({ number: 'n', recipient, status, previous } as never);
          expect([status, previous, await fulfils(message.body, conditions[OrderStatusUpdated.type])]).toEqual([
            status,
            previous,
            hasLetter(message),
          ]);
        }
  });

  it('is fulfilled by every other message to somebody with an e-mail address', async () => {
    const others = Object.entries(conditions).filter(([type]) => type !== OrderStatusUpdated.type);
    expect(others).toHaveLength(5);
    for (const [, condition] of others)
      for (const recipient of recipients) {
        const confirmed = new OrderConfirmed({ number: 'n', items: [], total: vnd(1), recipient } as never);
        expect(await fulfils(confirmed.body, condition)).toBe(hasLetter(confirmed));
      }
  });
});
