import { StalledMessages } from './stalled';

describe('Messages that wait for their environment', () => {
  const stalledMessages = (count: number, handler = 'charge') => {
    const stalled = new StalledMessages();
    for (let seq = 1; seq <= count; seq++) stalled.add(handler, seq);
    return stalled;
  };

  it('are retried at once when another message of their handler has succeeded', () => {
    const stalled = stalledMessages(3);
    stalled.add('refund', 4);
    expect(stalled.recordSuccess('charge', 2)).toEqual([1, 3]);
    expect(stalled.recordSuccess('charge', 1)).toEqual([]);
    expect(stalled.recordSuccess('refund', 4)).toEqual([]);
  });

  it('are not retried early because of a message that was not stalled', () => {
    expect(stalledMessages(3).recordSuccess('charge', 9)).toEqual([]);
  });

  it('are retried in batches; a message that fails again is in the next batch', () => {
    const stalled = stalledMessages(250);
    expect(stalled.recordSuccess('charge', 1)).toHaveLength(100);
    stalled.add('charge', 2);
    expect(stalled.recordSuccess('charge', 150)).toHaveLength(100);
    expect(stalled.recordSuccess('charge', 2)).toHaveLength(48);
  });
});
