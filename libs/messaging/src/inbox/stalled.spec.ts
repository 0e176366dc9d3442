import { Stalled } from './stalled';

describe('Messages that wait for their environment', () => {
  const stalledMessages = (count: number, handler = 'charge') => {
    const stalled = new Stalled();
    for (let seq = 1; seq <= count; seq++) stalled.add(handler, seq);
    return stalled;
  };

  it('come at once when one of the same handler has succeeded', () => {
    const stalled = stalledMessages(3);
    stalled.add('refund', 4);
    expect(stalled.succeeded('charge', 2)).toEqual([1, 3]);
    expect(stalled.succeeded('charge', 1)).toEqual([]);
    expect(stalled.succeeded('refund', 4)).toEqual([]);
  });

  it('are not hastened by a message that waited for nothing', () => {
    expect(stalledMessages(3).succeeded('charge', 9)).toEqual([]);
  });

  it('come in portions, one that failed again with the next', () => {
    const stalled = stalledMessages(250);
    expect(stalled.succeeded('charge', 1)).toHaveLength(100);
    stalled.add('charge', 2);
    expect(stalled.succeeded('charge', 150)).toHaveLength(100);
    expect(stalled.succeeded('charge', 2)).toHaveLength(48);
  });
});
