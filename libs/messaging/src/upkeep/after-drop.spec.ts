import type { Message } from '#kernel';
import { Handlers, type Handler } from '../messages/handlers';
import type { Branch } from '../outbox/branch';
import { Ask } from '../testing/messages';
import { sendAfterDrop } from './after-drop';

const sent: Message[] = [];
const handler = (name: string, afterDrop: Handler['afterDrop']): Handler =>
  ({ name, lane: name, afterDrop }) as Handler;
const branch = {
  handlers: new Handlers([
    handler('asks', ({ type, key }) => (type === 'known' ? [new Ask({ orderId: key, n: 1 })] : [])),
    handler('quiet', () => []),
  ]),
  outbox: { send: (messages: readonly Message[]) => void sent.push(...messages) },
} as unknown as Branch;

beforeEach(() => void (sent.length = 0));

describe('After messages were dropped', () => {
  it('their handler may send messages for them, and equal ones are sent once', () => {
    const dropped = ['a', 'b', 'a'].map((key) => ({ type: 'known', key }));
    expect(sendAfterDrop(branch, 'asks', [...dropped, { type: 'other', key: 'c' }])).toEqual([Ask.type]);
    expect(sent).toEqual([new Ask({ orderId: 'a', n: 1 }), new Ask({ orderId: 'b', n: 1 })]);
  });

  it.each(['quiet', 'a handler of another build'])('nothing is sent for %s', (name) => {
    expect(sendAfterDrop(branch, name, [{ type: 'known', key: 'a' }])).toEqual([]);
    expect(sent).toEqual([]);
  });
});
