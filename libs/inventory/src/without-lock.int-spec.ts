import { Injectable, Module, type INestApplicationContext } from '@nestjs/common';
import { EventBus, type IEventHandler } from '@nestjs/cqrs';
import { NestFactory } from '@nestjs/core';
import {
  CommitStock,
  ReleaseStock,
  ReserveStock,
  StockCommitRefused,
  StockCommitted,
  StockLevelChanged,
  StockReleased,
  StockReserved,
  StockShort,
} from '#contracts/inventory';
import { contextDatabase, Database } from '#database';
import type { Message, Uuid } from '#kernel';
import { contextMessaging, InboxEventsHandler } from '#messaging';
import { Config, ConfigModule } from '#platform/config';
import { SystemIds, SystemModule } from '#platform/system';
import { eventually } from '../../../test/support/eventually';
import { testDatabase, type TestDatabase } from '../../../test/support/test-database';
import { CommitWhenAsked } from './commit-stock/commit-stock.consumer';
import { StockItemEntity } from './model/stock-item.entity';
import { Stocks } from './model/stocks.store';
import { ReleaseWhenAsked } from './release-stock/release-stock.consumer';
import { ReserveWhenAsked } from './reserve-stock/reserve-stock.consumer';
import { stockConflicts } from './stock-conflicts.config';

const asked = [ReserveStock, CommitStock, ReleaseStock];
const answers = [StockReserved, StockShort, StockCommitted, StockCommitRefused, StockReleased];
const levels: number[] = [];
const heard = new Map<Uuid, string[]>();

@Injectable()
@InboxEventsHandler([...answers, StockLevelChanged], { name: 'hear-of-stock' })
class HearOfStock implements IEventHandler<Message> {
  async handle(message: Message): Promise<void> {
    if (message instanceof StockLevelChanged) levels[message.body.version] = message.body.available;
    const { orderId } = message.body as { orderId?: Uuid };
    if (orderId) heard.set(orderId, [...(heard.get(orderId) ?? []), message.constructor.name]);
  }
}

@Injectable()
class Asker {
  constructor(
    readonly db: Database,
    readonly eventBus: EventBus,
  ) {}
}

@Module({
  imports: [contextDatabase('ordering'), contextMessaging('ordering', [...asked, ...answers, StockLevelChanged])],
  providers: [HearOfStock, Asker],
})
class Ordering {}

@Module({
  imports: [
    contextDatabase('inventory', { entities: [StockItemEntity] }),
    contextMessaging('inventory', [...asked, ...answers, StockLevelChanged]),
  ],
  providers: [Stocks, ReserveWhenAsked, CommitWhenAsked, ReleaseWhenAsked, stockConflicts],
})
class Inventory {}

const ids = new SystemIds();
const SKU = 'POPULAR';
const variantId = ids.next();
const lines = [{ variantId, sku: SKU, quantity: 1 }];
let database: TestDatabase;
let app: INestApplicationContext;
let stocks: Stocks;
/** Counts the calls that lock stock for a decision. */
let locks: jest.SpyInstance;

beforeAll(async () => {
  database = await testDatabase();
  await database.admin(`insert into inventory.stock (variant_id, sku, on_hand) values ($1, $2, 60)`, [variantId, SKU]);

  @Module({
    imports: [ConfigModule.with(Object.assign(new Config(), database.config)), SystemModule, Ordering, Inventory],
  })
  class Shop {}
  app = await NestFactory.createApplicationContext(Shop, { logger: ['error'], abortOnError: false });
  stocks = app.get(Stocks);
  locks = jest.spyOn(stocks, 'lockHolding');
}, 60_000);
afterAll(async () => {
  await app?.close();
  await database?.drop();
});

async function ask(...messages: Message[]): Promise<void> {
  const { db, eventBus } = app.get(Asker);
  await db.transaction(async () => eventBus.publishAll(messages));
}

const expectAnswers = (orders: readonly Uuid[], ...names: string[]) =>
  eventually(() => expect(orders.map((order) => heard.get(order))).toEqual(orders.map(() => names)), 20_000);
const level = async () => {
  const { onHand, reserved } = (await stocks.find(SKU))!;
  return { onHand, reserved };
};
const newIds = (count: number) => Array.from({ length: count }, () => ids.next());
const reserve = (order: Uuid) => new ReserveStock({ orderId: order, lines });

describe('Requests about one item, through a real inbox,', () => {
  const orders = newIds(40);

  it('are decided without a lock, even when many come at once', async () => {
    await ask(...orders.map(reserve));
    await expectAnswers(orders, 'StockReserved');
    expect(await level()).toEqual({ onHand: 60, reserved: 40 });
    expect(locks).not.toHaveBeenCalled();
  });

  it('publish each level once, with its version', async () => {
    await eventually(() => expect(levels.flatMap((available) => available)).toHaveLength(40));
    expect(levels.slice(2)).toEqual(orders.map((_, at) => 59 - at));
  });

  it('get the same answer when they are repeated, and nothing moves twice', async () => {
    await ask(...orders.map(reserve));
    await expectAnswers(orders, 'StockReserved', 'StockReserved');
    expect(await level()).toEqual({ onHand: 60, reserved: 40 });
    expect(locks).not.toHaveBeenCalled();
  });

  it('use the new level if staff have changed the level meanwhile', async () => {
    await database.admin('update inventory.stock set on_hand = 90, version = version + 1 where sku = $1', [SKU]);
    const [order] = newIds(1);
    await ask(reserve(order));
    await expectAnswers([order], 'StockReserved');
    expect(await level()).toEqual({ onHand: 90, reserved: 41 });
    await eventually(() => expect(levels.at(-1)).toBe(49));
    expect(locks).not.toHaveBeenCalled();
  });

  it('commit reserved goods once, and release them once', async () => {
    const [sold, givenUp] = [orders.slice(0, 20), orders.slice(20)];
    const settle = () => [
      ...sold.map((orderId) => new CommitStock({ orderId })),
      ...givenUp.map((orderId) => new ReleaseStock({ orderId, reason: 'given up' })),
    ];
    await ask(...settle());
    await expectAnswers(sold, 'StockReserved', 'StockReserved', 'StockCommitted');
    await expectAnswers(givenUp, 'StockReserved', 'StockReserved', 'StockReleased');
    await ask(...settle());
    await expectAnswers(sold, 'StockReserved', 'StockReserved', 'StockCommitted', 'StockCommitted');
    await expectAnswers(givenUp, 'StockReserved', 'StockReserved', 'StockReleased', 'StockReleased');
    expect(await level()).toEqual({ onHand: 70, reserved: 1 });
    expect(locks).not.toHaveBeenCalled();
  });

  it('are decided with a lock if there is too little stock, and the shop never sells more than it has', async () => {
    const many = newIds(90);
    await ask(...many.map(reserve));
    await eventually(() => expect(many.filter((order) => heard.has(order))).toHaveLength(90), 20_000);
    const reserved = many.filter((order) => heard.get(order)![0] === 'StockReserved');
    expect(reserved).toHaveLength(69);
    expect(await level()).toEqual({ onHand: 70, reserved: 70 });
    expect(locks).toHaveBeenCalled();
  });
});
