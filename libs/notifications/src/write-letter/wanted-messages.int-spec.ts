import { vnd } from '#kernel';
import { OrderConfirmed, OrderStatusUpdated } from '#contracts/ordering';
import { inboxMetadata } from '#messaging';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { letterContentOf, type LetterMessage } from '../letters/letter-of';
import { WriteWhenOrderChanges } from './write-letter.consumer';

const conditions = inboxMetadata(WriteWhenOrderChanges)!.onlyIf!;
const statuses = ['pending', 'confirmed', 'accepted', 'on-hold', 'preparing', 'ready', 'completed', 'cancelled', 'refunded', 'new']; // prettier-ignore
const recipients = [{ email: { sealed: 'x' } }, { email: null }, {}, undefined];

let database: TestDatabase;
beforeAll(async () => (database = await testDatabase()));
afterAll(() => database.drop());

/** The messages for which the condition is true. */
async function matching<Message extends LetterMessage>(messages: readonly Message[], condition: string) {
  const [{ indexes }] = await database
    .of('notifications')
    .query<{ indexes: number[] }>(
      'select array_agg(place::int - 1 order by place) as indexes from jsonb_array_elements($1) with ordinality as m(body, place) where body @? $2::jsonpath',
      [JSON.stringify(messages.map(({ body }) => body)), condition],
    );
  return indexes.map((index) => messages[index]);
}

const hasLetter = (message: LetterMessage) =>
  letterContentOf(message) !== undefined && Boolean((message.body.recipient as { email?: unknown } | undefined)?.email);

describe('The condition for messages of the handler write-letter', () => {
  it('is true for exactly the changes of status that have a letter', async () => {
    const messages = recipients.flatMap((recipient) =>
      statuses.flatMap((status) =>
        statuses.map((previous) => new OrderStatusUpdated({ number: 'n', recipient, status, previous } as never)),
      ),
    );
    expect(await matching(messages, conditions[OrderStatusUpdated.type])).toEqual(messages.filter(hasLetter));
  });

  it('is true for every other message to somebody with an e-mail address', async () => {
    const others = Object.entries(conditions).filter(([type]) => type !== OrderStatusUpdated.type);
    expect(others).toHaveLength(5);
    for (const [, condition] of others) {
      const messages = recipients.map(
        (recipient) => new OrderConfirmed({ number: 'n', items: [], total: vnd(1), recipient } as never),
      );
      expect(await matching(messages, condition)).toEqual(messages.filter(hasLetter));
    }
  });
});
