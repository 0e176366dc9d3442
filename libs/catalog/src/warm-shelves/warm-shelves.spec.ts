import type { Leadership } from '#database/leadership';
import { ShopState } from '#platform/observability';
import type { Shelf } from '../shelf/shelf.store';
import { WarmShelves } from './warm-shelves.job';

describe('Warming the shelves', () => {
  it('waits until the shop is open', async () => {
    const shop = new ShopState();
    const execute = jest.fn(async () => []);
    const metric = { set: jest.fn(), inc: jest.fn() } as never;
    const stop = new AbortController();
    let work = Promise.resolve();
    const lead = (_: string, begin: (lost: AbortSignal) => Promise<void>) => {
      work = begin(stop.signal);
      return async () => undefined;
    };
    const shelf = { popular: async () => [] } as unknown as Shelf;
    const warming = new WarmShelves(
      { lead } as unknown as Leadership,
      { execute } as never,
      shelf,
      shop,
      metric,
      metric,
      metric,
    );
    warming.onApplicationBootstrap();
    await new Promise(setImmediate);
    expect(execute).not.toHaveBeenCalled();
    shop.open();
    await new Promise(setImmediate);
    expect(execute).toHaveBeenCalled();
    stop.abort();
    await work;
  });
});
