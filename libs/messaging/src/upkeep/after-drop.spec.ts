import type { Message } from '#kernel';
import { Handlers, type Handler } from '../messages/handlers';
import type { MessageEndpoint } from '../outbox/message-endpoint';
import { Ask } from '../testing/messages';
import { sendAfterDrop } from './after-drop';

const sent: Message[] = [];
const handler = (name: string, afterDrop: Handler['afterDrop']): Handler =>
  ({ name, lane: name, afterDrop }) as Handler;
const endpoint = {
  handlers: new Handlers([
    handler('asks', ({ type, key }) => (type === 'known' ? [new Ask({ orderId: key, n: 1 })] : [])),
    handler('quiet', () => []),
  ]),
  outbox: { send: (messages: readonly Message[]) => void sent.push(...messages) },
} as unknown as MessageEndpoint;

beforeEach(() => void (sent.length = 0));

describe('After messages were dropped', () => {
  it('their handler can send messages for them; equal messages are sent once', () => {
    const dropped = ['a', 'b', 'a'].map((key) => ({ type: 'known', key }));
    expect(sendAfterDrop(endpoint, 'asks', [...dropped, { type: 'other', key: 'c' }])).toEqual([Ask.type]);
    expect(sent).toEqual([new Ask({ orderId: 'a', n: 1 }), new Ask({ orderId: 'b', n: 1 })]);
  });

  it.each(['quiet', 'a handler of another build'])('nothing is sent for %s', (name) => {
    expect(sendAfterDrop(endpoint, name, [{ type: 'known', key: 'a' }])).toEqual([]);
    expect(sent).toEqual([]);
  });
});
