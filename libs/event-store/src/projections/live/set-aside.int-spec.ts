import { testDatabase } from '../../../../../test/support/test-database';
import { checkMayPublish, OutboxPublisher } from '#messaging';
import { happening, ids, TestMessage, voiding } from '../../testing/store';
import type { Projection } from './projection';
import { newName, ProjectionTest, type Shop } from '../testing/shop';
import { eventually } from '../../../../../test/support/eventually';
import { tallyOf, type Tally } from '../testing/tally';

jest.setTimeout(30_000);

const setup = new ProjectionTest(testDatabase);

/** A reducer with a side effect: it calls `sideEffect` for every event with n = 7. */
function withSideEffect(name: string, sideEffect: (orderId: string) => unknown): Projection<Tally> {
  const plain = tallyOf(name);
  return {
    ...plain,
    project(view, event) {
      if ((event.data as { n?: number }).n === 7) sideEffect(event.streamId);
      return plain.project(view, event);
    },
  };
}

const countOutbox = async (): Promise<number> =>
  (await setup.db.query<{ n: number }>('select count(*)::int as n from outbox'))[0].n;

describe('A projection that tries to publish', () => {
  const publishing = (shop: () => Shop) => {
    const publisher = new OutboxPublisher();
    return (orderId: string) => {
      publisher.add(shop().outbox);
      publisher.publish(new TestMessage({ orderId, version: 1 }));
    };
  };

  it('fails: the order of the event is set aside, other orders are updated, and nothing is sent', async () => {
    const name = newName();
    const shop: Shop = setup.shop(
      [
        withSideEffect(
          name,
          publishing(() => shop),
        ),
      ],
      [name],
    );
    const [failing, other] = [ids.next(), ids.next()];
    await setup.append(shop, failing, 0, [{ n: 1 }, { n: 7 }]);
    await setup.append(shop, other, 0, [{ n: 1 }, { n: 2 }]);
    await setup.waitUntilCaughtUp(shop, name);
    expect(await shop.setAside.list(name)).toMatchObject([
      { orderId: failing, position: 2, error: expect.stringContaining('it tried to publish ordering.told.v1') },
    ]);
    expect((await setup.readRows(await shop.models.table(name))).map(({ view }) => view.count).sort()).toEqual([1, 2]);
    const { id } = await shop.rebuilds.start(name, 'auto', null, 'test');
    await setup.waitForState(shop, name, id, 'live');
    expect(await shop.rebuilds.view(name, id)).toMatchObject({ setAside: 1 });
    expect(await countOutbox()).toBe(0);
  });

  it('also fails when it uses the outbox or the store directly, at once or later', async () => {
    const name = newName();
    const laterWork: Promise<unknown>[] = [];
    const shop: Shop = setup.shop(
      [
        withSideEffect(name, (orderId) => {
          const message = new TestMessage({ orderId, version: 1 });
          laterWork.push(
            Promise.resolve().then(() => setup.db.transaction(async () => shop.outbox.send([message]))),
            shop.store.append(happening(ids.next(), 0, [{}], { messages: [message] })),
          );
          shop.outbox.send([message]);
        }),
      ],
      [name],
    );
    const failing = ids.next();
    await setup.append(shop, failing, 0, [{ n: 7 }]);
    await setup.waitUntilCaughtUp(shop, name);
    expect(await shop.setAside.list(name)).toMatchObject([{ orderId: failing }]);
    const outcomes = await Promise.allSettled(laterWork);
    expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => 'rejected'));
    for (const one of outcomes) expect(String((one as PromiseRejectedResult).reason)).toContain('must not publish');
    expect(await countOutbox()).toBe(0);
    expect(await shop.store.head()).toBe(1);
  });

  it('fails when it returns a promise', async () => {
    const name = newName();
    const asynchronous = { ...tallyOf(name), project: (() => Promise.resolve({ count: 1, sum: 1 })) as never };
    const shop = setup.shop([asynchronous], [name]);
    await setup.append(shop, ids.next(), 0, [{ n: 1 }]);
    await setup.waitUntilCaughtUp(shop, name);
    expect(await shop.setAside.list(name)).toMatchObject([{ error: expect.stringContaining('promise') }]);
  });

  it('does not stop other code from publishing', () => {
    expect(() => checkMayPublish('ordering.told.v1')).not.toThrow();
  });
});

describe('A rebuild', () => {
  it('sends no messages', async () => {
    const name = newName();
    const shop = setup.shop([tallyOf(name)], [name]);
    const withMessage = (order: string) => ({ messages: [new TestMessage({ orderId: order, version: 1 })] });
    for (const order of [ids.next(), ids.next()])
      await shop.store.append(happening(order, 0, [{ n: 1 }], withMessage(order)));
    await setup.waitUntilCaughtUp(shop, name);
    expect(await countOutbox()).toBe(2);
    const { id } = await shop.rebuilds.start(name, 'auto', null, 'test');
    await setup.waitForState(shop, name, id, 'live');
    await shop.rebuilds.rollback(name, id);
    await setup.waitForState(shop, name, id, 'rolled-back');
    expect(await countOutbox()).toBe(2);
  });
});

describe('An order that was set aside', () => {
  it('is listed, keeps its last good row, and is updated again after a retry in a build that can use the event', async () => {
    const name = newName();
    let acceptsPoison = false;
    const changing: Projection<Tally> = {
      ...tallyOf(name),
      project: (view, event) => tallyOf(name, 1, acceptsPoison).project(view, event),
    };
    const shop = setup.shop([changing], [name]);
    const [failing, other] = [ids.next(), ids.next()];
    await setup.append(shop, failing, 0, [{ n: 1 }, { n: 2, poison: true }, { n: 3 }]);
    await setup.append(shop, other, 0, [{ n: 1 }]);
    await setup.waitUntilCaughtUp(shop, name);
    const [aside] = await shop.setAside.list(name);
    expect(aside).toMatchObject({ orderId: failing, position: 2, error: 'Error: poison', since: expect.any(String) });
    expect((await shop.models.status()).find((one) => one.name === name)).toMatchObject({
      ...{ setAside: 1, lag: 0, lagSeconds: 0, state: 'live', error: null },
    });
    expect(await shop.setAside.retry(name, failing)).toMatchObject({ digested: false, error: 'Error: poison' });
    await expect(shop.setAside.retry(name, other)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    acceptsPoison = true;
    expect(await shop.setAside.retry(name, failing)).toEqual({ orderId: failing, digested: true, error: null });
    expect(await shop.setAside.list(name)).toEqual([]);
    await setup.append(shop, failing, 3, [{ n: 4 }]);
    await setup.append(shop, other, 1, [{ n: 1 }]);
    await setup.waitUntilCaughtUp(shop, name);
    expect(await setup.readRows(await shop.models.table(name))).toEqual(await setup.expectedRows());
  });
});

describe('The state of a subscription', () => {
  it('is `failing` while its batches cannot be written, with the reason', async () => {
    const name = newName();
    const shop = setup.shop([tallyOf(name)], [name]);
    await setup.appendOrders(shop, 2, 1);
    await setup.waitUntilCaughtUp(shop, name);
    const table = await shop.models.table(name);
    await setup.admin(`alter table ordering.${table} add constraint full_up check (position < 3) not valid`);
    await setup.admin(`revoke insert on ordering.${table} from shop_ordering`);
    await setup.appendOrders(shop, 1, 1);
    const status = async () => (await shop.models.status()).find((one) => one.name === name)!;
    await eventually(async () => (await status()).state === 'failing');
    expect(await status()).toMatchObject({ lag: 1, error: expect.stringContaining('permission denied') });
    await setup.admin(`alter table ordering.${table} drop constraint full_up`);
    await setup.admin(`grant insert on ordering.${table} to shop_ordering`);
    await eventually(async () => (await status()).lag === 0);
    expect(await status()).toMatchObject({ state: 'live', error: null });
  });
});

describe('An order that is set aside', () => {
  it('is updated again after its event was declared void, in the live table and in a rebuild, and the event does not count', async () => {
    const name = newName();
    const shop = setup.shop([tallyOf(name)], [name]);
    const [failing, other] = [ids.next(), ids.next()];
    await setup.append(shop, failing, 0, [{ n: 1 }, { poison: true }, { n: 3 }]);
    await setup.append(shop, other, 0, [{ n: 5 }]);
    await setup.waitUntilCaughtUp(shop, name);
    expect(await shop.setAside.list(name)).toMatchObject([{ orderId: failing, position: 2 }]);
    const rowOf = async (id: string) =>
      (await setup.readRows(await shop.models.table(name))).find((row) => row.order_id === id);
    expect(await rowOf(failing)).toMatchObject({ version: 1, sum: 1 });
    await shop.store.append(voiding(failing, 3, 2));
    await setup.append(shop, failing, 4, [{ n: 10 }]);
    await setup.waitUntilCaughtUp(shop, name);
    const healed = { version: 5, sum: 14, view: { count: 4 } };
    expect(await rowOf(failing)).toMatchObject(healed);
    expect(await shop.setAside.list(name)).toEqual([]);
    const { id } = await shop.rebuilds.start(name, 'auto', null, 'test');
    await setup.waitForState(shop, name, id, 'live');
    expect(await shop.rebuilds.view(name, id)).toMatchObject({ setAside: 0 });
    expect(await rowOf(failing)).toMatchObject(healed);
    expect(await rowOf(other)).toMatchObject({ version: 1, sum: 5 });
    expect(await shop.store.verify()).toMatchObject({ ok: true, voided: 1 });
  });
});
