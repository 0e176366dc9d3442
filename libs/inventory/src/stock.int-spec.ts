import type { EventBus } from '@nestjs/cqrs';
import { Counter } from 'prom-client';
import { type SkuOwners, VariantListed, VariantsRenamed } from '#contracts/catalog';
import {
  CommitStock,
  ReleaseStock,
  ReserveStock,
  StockCommitted,
  StockLevelChanged,
  StockReleased,
  StockReserved,
  StockShort,
  type StockLine,
} from '#contracts/inventory';
import type { Message } from '#kernel';
import type { Outbox } from '#messaging';
import { SystemIds } from '#platform/system';
import { testDatabase, type TestDatabase } from '../../../test/support/test-database';
import { ChangeStock, ChangeStockHandler } from './adjust-stock/change-stock.command';
import { CommitWhenAsked } from './commit-stock/commit-stock.consumer';
import { StockBelowReserved, StockChanged } from './model/stock-errors';
import { StockItemEntity } from './model/stock-item.entity';
import { listStock, Stocks } from './model/stocks.store';
import { ReleaseWhenAsked } from './release-stock/release-stock.consumer';
import { ReserveWhenAsked } from './reserve-stock/reserve-stock.consumer';
import { RenameWhenRenamed } from './rename-stock/rename-stock.consumer';
import { LocalStockCounts } from './rename-stock/local-stock-counts.adapter';
import { ShelveWhenListed } from './shelve-variant/shelve-variant.consumer';
import { StockBySku } from './view-stock/stock-by-sku.adapter';

class PublishedMessages {
  readonly messages: Message[] = [];
  readonly eventBus = {
    publish: (message: Message) => void this.messages.push(message),
    publishAll: (messages: readonly Message[]) => void this.messages.push(...messages),
  } as unknown as EventBus;
}

const ids = new SystemIds();
const conflicts = new Counter({ name: 'conflicts', help: 'conflicts', labelNames: ['why'], registers: [] });
/** An outbox outside of a message handler. */
const outsideInbox = { unit: () => undefined } as unknown as Outbox;
let database: TestDatabase;
let db: ReturnType<TestDatabase['of']>;
let stocks: Stocks;
let sequence = 0;
let rounds = 0;

beforeAll(async () => {
  database = await testDatabase();
  db = database.of('inventory');
  await db.use([StockItemEntity]);
  stocks = new Stocks(db, outsideInbox);
});
afterAll(() => database.drop());

/** Handles a message in a transaction, like the inbox. Returns the messages that were published. */
async function handleMessage(message: Message): Promise<readonly Message[]> {
  const published = new PublishedMessages();
  const work = async () => {
    if (message instanceof ReserveStock)
      return new ReserveWhenAsked(stocks, published.eventBus, conflicts).execute(message);
    if (message instanceof CommitStock)
      return new CommitWhenAsked(stocks, published.eventBus, conflicts).execute(message);
    if (message instanceof ReleaseStock) return new ReleaseWhenAsked(stocks, published.eventBus).execute(message);
    if (message instanceof VariantsRenamed) return new RenameWhenRenamed(stocks, published.eventBus).handle(message);
    return new ShelveWhenListed(stocks, published.eventBus).handle(message as VariantListed);
  };
  await db.transaction(() => {
    published.messages.length = 0;
    rounds++;
    return work();
  });
  return published.messages;
}

const variants = new Map<string, string>();
async function shelve(stock: number, name = `SKU-${++sequence}`, variantId = ids.next()): Promise<string> {
  variants.set(name, variantId);
  await handleMessage(new VariantListed({ productId: ids.next(), variantId, sku: name, stock, named: ++sequence }));
  return name;
}
/** The published levels of a SKU. */
const levelOf = (sku: string, available: number, version: number) =>
  new StockLevelChanged({ sku, available, version, variantId: variants.get(sku)! });
const reserve = (orderId: string, ...lines: StockLine[]) => handleMessage(new ReserveStock({ orderId, lines }));
const commit = (orderId: string) => handleMessage(new CommitStock({ orderId }));
const release = (orderId: string) => handleMessage(new ReleaseStock({ orderId, reason: 'given up' }));
const level = async (sku: string) => {
  const { onHand, reserved } = (await stocks.find(sku))!;
  return { onHand, reserved };
};
/** A catalogue with the variants of this suite. SKUs do not change here. */
const catalogue: SkuOwners = {
  ownerOf: async (sku) => (variants.has(sku) ? { variantId: variants.get(sku)!, named: 0 } : undefined),
  currentSkus: async () => new Map(),
};
const change = (command: ChangeStock, published = new PublishedMessages()) =>
  new ChangeStockHandler(stocks, new StockBySku(stocks, catalogue), db, published.eventBus, conflicts).execute(command);

describe('A listed variant', () => {
  it('that is wasted changes no stock, and the ledger records the waste; a repeated request gets the same answer', async () => {
    const sku = await shelve(5);
    const order = ids.next();
    await reserve(order, { sku, quantity: 2 });
    await commit(order);
    const waste = () => handleMessage(new ReleaseStock({ orderId: order, reason: 'CANCELLED', waste: true }));
    const answer = new StockReleased({
      ...{ orderId: order, lines: [{ sku, quantity: 2 }], restocked: false, wasted: true },
    });
    expect(await waste()).toEqual([answer]);
    expect(await waste()).toEqual([answer]);
    expect(await release(order)).toEqual([answer]); // only the first release has an effect
    expect(await level(sku)).toEqual({ onHand: 3, reserved: 0 });
    const rows = await database.admin('select kind from inventory.stock_movements where order_id = $1 order by id', [
      order,
    ]);
    expect(rows).toEqual([{ kind: 'reserved' }, { kind: 'committed' }, { kind: 'waste' }]);
  });

  it('has the stock that staff entered, and a repeated message changes nothing', async () => {
    const listed = new VariantListed({ productId: ids.next(), variantId: ids.next(), sku: 'LISTED', stock: 7 });
    const { variantId } = listed.body;
    expect(await handleMessage(listed)).toEqual([
      new StockLevelChanged({ sku: 'LISTED', available: 7, version: 1, variantId }),
    ]);
    await change(new ChangeStock('LISTED', { onHand: 3 }, { actor: 'staff' }));
    expect(await handleMessage(listed)).toEqual([]);
    expect(await level('LISTED')).toEqual({ onHand: 3, reserved: 0 });
  });
});

describe('An order’s stock', () => {
  it('is reserved, committed and put back, with one message and one movement each', async () => {
    const sku = await shelve(5);
    const order = ids.next();
    const lines = [{ sku, quantity: 2 }];
    const reserved = [new StockReserved({ orderId: order, lines }), levelOf(sku, 3, 2)];
    expect(await reserve(order, ...lines)).toEqual(reserved);
    expect(await reserve(order, ...lines)).toEqual(reserved.slice(0, 1));
    expect(await level(sku)).toEqual({ onHand: 5, reserved: 2 });

    expect(await commit(order)).toEqual([new StockCommitted({ orderId: order, lines })]);
    expect(await commit(order)).toEqual([new StockCommitted({ orderId: order, lines })]);
    expect(await level(sku)).toEqual({ onHand: 3, reserved: 0 });

    const released = new StockReleased({ orderId: order, lines, restocked: true });
    expect(await release(order)).toEqual([released, levelOf(sku, 5, 4)]);
    expect(await release(order)).toEqual([released]);
    expect(await level(sku)).toEqual({ onHand: 5, reserved: 0 });
  });

  it('is not reserved at all when one line is short, and the answer stays the same', async () => {
    const [plenty, scarce] = [await shelve(9), await shelve(1)];
    const order = ids.next();
    const lines = [
      { sku: plenty, quantity: 1 },
      { sku: scarce, quantity: 2 },
    ];
    const short = [new StockShort({ orderId: order, short: [{ sku: scarce, quantity: 2, available: 1 }] })];
    expect(await reserve(order, ...lines)).toEqual(short);
    expect(await level(plenty)).toEqual({ onHand: 9, reserved: 0 });
    await change(new ChangeStock(scarce, { onHand: 50 }, { actor: 'staff' }));
    expect(await reserve(order, ...lines)).toEqual(short);
  });

  it('cannot be more than the stock, also with two lines of one SKU', async () => {
    const sku = await shelve(3);
    const twice = [
      { sku, quantity: 2 },
      { sku, quantity: 2 },
    ];
    expect((await reserve(ids.next(), ...twice))[0]).toBeInstanceOf(StockShort);
    expect(await level(sku)).toEqual({ onHand: 3, reserved: 0 });
  });

  it('cannot be reserved after a release', async () => {
    const sku = await shelve(3);
    const order = ids.next();
    expect(await release(order)).toEqual([new StockReleased({ orderId: order, lines: [], restocked: false })]);
    expect((await reserve(order, { sku, quantity: 1 }))[0]).toBeInstanceOf(StockShort);
    expect(await level(sku)).toEqual({ onHand: 3, reserved: 0 });
  });

  it('is not reserved any more after a reservation and a release at the same moment', async () => {
    const sku = await shelve(40);
    const orders = Array.from({ length: 20 }, () => ids.next());
    await Promise.allSettled(orders.flatMap((order) => [reserve(order, { sku, quantity: 1 }), release(order)]));
    await Promise.all(orders.map((order) => release(order)));
    expect(await level(sku)).toEqual({ onHand: 40, reserved: 0 });
  });
});

describe('A variant that is given another SKU', () => {
  const nextSequence = () => ++sequence;
  const rename = (...names: { variantId: string; was: string; sku: string }[]) =>
    handleMessage(new VariantsRenamed({ productId: ids.next(), named: nextSequence(), variants: names }));
  const line = (sku: string, quantity: number) => ({ sku, quantity, variantId: variants.get(sku)! });

  it('keeps its stock and its reservations', async () => {
    const sku = await shelve(5);
    const order = ids.next();
    await reserve(order, line(sku, 2));
    const variantId = variants.get(sku)!;
    expect(await rename({ variantId, was: sku, sku: `${sku}-NEW` })).toEqual([
      new StockLevelChanged({ sku: `${sku}-NEW`, available: 3, version: 3, variantId }),
    ]);
    expect(await stocks.find(sku)).toBeUndefined();
    expect(await level(`${sku}-NEW`)).toEqual({ onHand: 5, reserved: 2 });
    await reserve(ids.next(), line(sku, 1)); // an earlier order
    expect((await commit(order))[0]).toEqual(new StockCommitted({ orderId: order, lines: [line(sku, 2)] }));
    expect(await level(`${sku}-NEW`)).toEqual({ onHand: 3, reserved: 1 });
    expect(await change(new ChangeStock(`${sku}-NEW`, { delta: 4 }, { actor: 'an' }))).toMatchObject({ onHand: 7 });
  });

  it('can exchange its SKU with another variant, and each variant keeps its stock', async () => {
    const [a, b] = [await shelve(3), await shelve(8)];
    const order = ids.next();
    await reserve(order, line(a, 1), line(b, 2));
    await rename({ variantId: variants.get(a)!, was: a, sku: b }, { variantId: variants.get(b)!, was: b, sku: a });
    expect([await level(b), await level(a)]).toEqual([
      { onHand: 3, reserved: 1 },
      { onHand: 8, reserved: 2 },
    ]);
    await release(order);
    expect([await level(b), await level(a)]).toEqual([
      { onHand: 3, reserved: 0 },
      { onHand: 8, reserved: 0 },
    ]);
  });

  it('leaves its old SKU to a new variant, which has its own stock', async () => {
    const sku = await shelve(4);
    const old = variants.get(sku)!;
    await shelve(9, sku); // the catalogue gave the SKU to another variant; the message about the old variant has not arrived yet
    expect(await level(sku)).toEqual({ onHand: 9, reserved: 0 });
    await rename({ variantId: old, was: sku, sku: `${sku}-OLD` });
    expect(await level(`${sku}-OLD`)).toEqual({ onHand: 4, reserved: 0 });
  });

  it('gets the counted stock when it is sold again, but never less than the reserved number', async () => {
    const sku = await shelve(9);
    const [variantId, order] = [variants.get(sku)!, ids.next()];
    await reserve(order, { sku, quantity: 3 });
    const soldAgain = (stock: number) => ({ variantId, was: sku, sku, stock });
    const messages = await rename(soldAgain(5));
    expect(messages.at(-1)).toMatchObject({ body: { variantId, available: 2 } });
    expect(await level(sku)).toEqual({ onHand: 5, reserved: 3 });
    await rename(soldAgain(1));
    expect(await level(sku)).toEqual({ onHand: 3, reserved: 3 });
    await expect(new LocalStockCounts(stocks).availableAfter([{ variantId, sku, onHand: 2 }])).rejects.toThrow(
      StockBelowReserved,
    );
  });

  it('is found by its SKU if inventory had its stock before it knew variants', async () => {
    const sku = `ANCIENT-${++sequence}`;
    await db.query('insert into stock (sku, on_hand) values ($1, 6)', [sku]);
    const variantId = ids.next();
    await rename({ variantId, was: sku, sku: `${sku}-2` });
    expect(await stocks.find(`${sku}-2`)).toMatchObject({ variantId, onHand: 6 });
  });

  it('can exchange its SKU during checkouts: no stock is lost, sold twice or left reserved', async () => {
    const [a, b] = [await shelve(60), await shelve(60)];
    const [first, second] = [variants.get(a)!, variants.get(b)!];
    const orders = Array.from({ length: 60 }, () => ids.next());
    const swap = async () => {
      for (let turn = 0; turn < 10; turn++) {
        const [now, then] = turn % 2 ? [b, a] : [a, b];
        await rename({ variantId: first, was: now, sku: then }, { variantId: second, was: then, sku: now });
      }
    };
    const buy = async (order: string, index: number) => {
      const sku = index % 3 ? a : b; // perhaps the SKUs are exchanged at this moment
      await reserve(order, { sku, quantity: 1, variantId: first }, { sku: b, quantity: 1, variantId: second });
      return index % 2 ? commit(order) : release(order);
    };
    await Promise.all([swap(), ...orders.map(buy)]);
    expect([await level(a), await level(b)]).toEqual([
      { onHand: 30, reserved: 0 },
      { onHand: 30, reserved: 0 },
    ]);
  });
});

describe('Many requests at once', () => {
  it('sell 20 pieces to exactly 20 of 200 buyers', async () => {
    const sku = await shelve(20);
    const answers = await Promise.all(Array.from({ length: 200 }, () => reserve(ids.next(), { sku, quantity: 1 })));
    expect(answers.filter(([answer]) => answer instanceof StockReserved)).toHaveLength(20);
    expect(answers.filter(([answer]) => answer instanceof StockShort)).toHaveLength(180);
    expect(await level(sku)).toEqual({ onHand: 20, reserved: 20 });
  });

  it('cause no deadlock, in any order of the lines', async () => {
    const skus = [await shelve(500, 'b-ring'), await shelve(500, 'A-ring'), await shelve(500, 'ă-ring')];
    rounds = 0;
    const once = async (i: number) => {
      const order = ids.next();
      const lines = skus.map((sku) => ({ sku, quantity: 1 }));
      await reserve(order, ...(i % 2 ? lines : lines.reverse()));
      return i % 3 ? commit(order) : release(order);
    };
    await Promise.all(Array.from({ length: 60 }, (_, i) => once(i)));
    for (const sku of skus) expect(await level(sku)).toEqual({ onHand: 460, reserved: 0 });
    expect(rounds).toBe(120); // a deadlock would have caused one more round
  });
});

describe('Staff', () => {
  it('count and adjust stock, and the new level is published', async () => {
    const sku = await shelve(5);
    const published = new PublishedMessages();
    expect(await change(new ChangeStock(sku, { onHand: 8 }, { actor: 'an' }), published)).toMatchObject({ onHand: 8 });
    const lost = new ChangeStock(sku, { delta: -3 }, { actor: 'an', reason: 'torn' }, [2]);
    expect(await change(lost, published)).toMatchObject({ sku, onHand: 5, reserved: 0, version: 3 });
    expect(published.messages).toEqual([levelOf(sku, 8, 2), levelOf(sku, 5, 3)]);
    await expect(change(lost)).rejects.toThrow(StockChanged);
  });

  it('cannot count below the reserved number', async () => {
    const sku = await shelve(5);
    await reserve(ids.next(), { sku, quantity: 4 });
    await expect(change(new ChangeStock(sku, { onHand: 3 }, { actor: 'an' }))).rejects.toThrow(StockBelowReserved);
    await expect(change(new ChangeStock(sku, { delta: -2 }, { actor: 'an' }))).rejects.toThrow(StockBelowReserved);
    expect(await level(sku)).toEqual({ onHand: 5, reserved: 4 });
  });

  it('can count before the VariantListed message has arrived, if the message comes soon', async () => {
    variants.set('SOON', ids.next()); // the message VariantListed has not arrived yet
    const counted = change(new ChangeStock('SOON', { onHand: 4 }, { actor: 'an' }));
    await shelve(1, 'SOON', variants.get('SOON'));
    expect(await counted).toMatchObject({ onHand: 4 });
    await expect(change(new ChangeStock('NEVER', { onHand: 4 }, { actor: 'an' }))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('The database', () => {
  it.each([
    ['on_hand = -1', 'stock_on_hand_is_there'],
    ['reserved = -1', 'stock_reserved_is_there'],
    ['reserved = on_hand + 1', 'stock_reserved_is_on_hand'],
  ])('refuses stock with %s', async (wrong, constraint) => {
    const sku = await shelve(5);
    await expect(db.query(`update stock set ${wrong} where sku = $1`, [sku])).rejects.toMatchObject({ constraint });
  });

  it('lets nobody change the ledger, not even the owner of the table', async () => {
    await shelve(5);
    for (const wrong of ['update stock_movements set actor = $$me$$', 'delete from stock_movements'])
      await expect(db.query(wrong)).rejects.toMatchObject({ code: '42501' });
    await expect(database.admin('delete from inventory.stock_movements')).rejects.toThrow(/append-only/);
    await expect(database.admin('truncate inventory.stock_movements')).rejects.toThrow(/append-only/);
  });

  it('has a ledger that adds up to the stock', async () => {
    const wrong = await database.admin(
      `select item from inventory.stock s join inventory.stock_movements m using (item)
       group by item, s.on_hand, s.reserved
       having sum(delta_on_hand) <> s.on_hand or sum(delta_reserved) <> s.reserved`,
    );
    expect(wrong).toEqual([]);
  });

  it('reads a list in the order of its key', async () => {
    const plan = await db.transaction(async () => {
      await db.query('set local enable_seqscan = off');
      return db.query(`explain (format json) ${listStock.text}`, ['A', 20]);
    });
    expect(JSON.stringify(plan)).toContain('"Index Name":"stock_sku"');
    expect(JSON.stringify(plan)).not.toContain('Sort');
  });
});
