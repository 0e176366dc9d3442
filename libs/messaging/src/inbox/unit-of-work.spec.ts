import type { Envelope } from '../messages/envelope';
import { currentUnit, inUnit, UnitOfWork } from './unit-of-work';

const received: Envelope = {
  id: '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071',
  type: 'bar.brew.v1',
  key: '7',
  body: {},
  meta: { source: 'bar', occurredAt: '', version: 1, aggregateId: '7', correlationId: 'c' },
};
const unit = (handler = 'brew') =>
  new UnitOfWork('ordering', handler, received, { seq: 1, messageId: received.id, claimedBy: 2 }, 0);

describe('A unit of work', () => {
  it('gives the same ids in the same order at a retry, and other ids to other handlers', () => {
    const [first, again, other] = [unit(), unit(), unit('serve')];
    const ids = [first.nextId(), first.nextId()];
    expect([again.nextId(), again.nextId()]).toEqual(ids);
    expect(new Set([...ids, other.nextId()]).size).toBe(3);
  });

  it('cannot be settled while messages are unwritten, and cannot send after that', () => {
    const one = unit();
    one.collectMessages([received]);
    expect(() => one.recordDone()).toThrow('messages that were not written');
    expect(one.takeCollected().messages).toEqual([received]);
    one.recordDone();
    expect(() => one.collectMessages([received])).toThrow('after its own message was marked as done');
  });

  it('is found by the code that runs in it', async () => {
    const one = unit();
    expect(await inUnit(one, async () => currentUnit())).toBe(one);
    expect(currentUnit()).toBeUndefined();
  });
});
