import type { EventBus } from '@nestjs/cqrs';
import { PersonErased } from '#contracts/identity';
import { OrderPlaced } from '#contracts/ordering';
import { testDatabase, type TestDatabase } from '../../../test/support/test-database';
import { StoredCartOf } from './cart-to-order/cart-to-order.query';
import { EmptyWhenOrdered } from './empty-when-ordered/empty-when-ordered.consumer';
import { ForgetCart } from './forget-cart/forget-cart.consumer';
import { addLine, changeLine, clearCart, portionsOf, type Cart, type CartLine } from './model/cart';
import { CartEntity } from './model/cart.entity';
import { Carts } from './model/carts.store';
import { cartIdOf, type GuestOwner, type Owner } from './model/owner';
import { ReturnedLines } from './return-to-cart/returns.adapter';
import type { Outbox } from '#messaging';
import { SystemIds } from '#platform/system';
import { formatGuestTokenState } from '#platform/security';
import { cartTokens } from '../../../test/support/cart-tokens';
import { CartTokenSpent } from './model/cart-errors';
import { guestOwner } from './visitors.adapter';

const ids = new SystemIds();
const label = { productId: ids.next(), sku: 'TEA-M', name: 'Trà đào cam sả', variantName: 'M', imageUrl: null };
const [tea, cake] = [ids.next(), ids.next()];
const line = (variantId: string, quantity = 1): CartLine => ({
  ...{ id: ids.next(), variantId, quantity, modifiers: [], label },
});
const aUser = () => ({ kind: 'user', userId: ids.next() }) as const;
const aGuest = () => {
  const token = cartTokens.issue();
  return { token, owner: guestOwner(token) };
};
const addLines = (owner: Owner, ...lines: CartLine[]) => carts.change(owner, (cart) => lines.reduce(addLine, cart));

/** An outbox outside of a message handler. */
const outsideInbox = { unit: () => undefined } as unknown as Outbox;
let database: TestDatabase;
let db: ReturnType<TestDatabase['of']>;
let carts: Carts;
let emptying: EmptyWhenOrdered;

beforeAll(async () => {
  database = await testDatabase();
  db = database.of('cart');
  await db.use([CartEntity]);
  carts = new Carts(db, outsideInbox);
  emptying = new EmptyWhenOrdered(carts);
});
afterAll(() => database.drop());

/** An order of all lines of the cart, in the form of the current OrderPlaced message. */
const orderOf = (cart: Cart) => ({
  orderId: ids.next(),
  cartId: cart.id,
  cartVersion: cart.version,
  items: cart.lines.map((one) => ({ variantId: one.variantId, quantity: one.quantity, portions: portionsOf(one) })),
});
type AnOrder = ReturnType<typeof orderOf>;
const handleOrderPlaced = (order: AnOrder) => db.transaction(() => emptying.handle(new OrderPlaced(order as never)));
const returnLines = ({ items, ...order }: AnOrder) =>
  new ReturnedLines(carts).returnLines({ ...order, lines: items.map((item) => ({ ...item, modifiers: [], label })) });

/** The guest with the token from the response to the order. */
const withNextToken = (guest: GuestOwner, { cartVersion }: { cartVersion: number }) => ({
  ...guest,
  since: cartVersion,
});

/** A message from an older build, without portions. */
const placed = (cartId: string, cartVersion: number, ...items: { variantId: string; quantity: number }[]) => {
  const message = new OrderPlaced({ orderId: ids.next(), cartId, cartVersion, items } as never);
  return db.transaction(() => emptying.handle(message));
};

describe('A cart', () => {
  it('has its id before the first line is added, and has no row until then', async () => {
    const owner = aUser();
    expect(await carts.current(owner)).toEqual({ id: cartIdOf(owner), version: 0, lines: [] });
    expect(await carts.change(owner, clearCart)).toMatchObject({ version: 0 });
    expect(await database.admin('select 1 from cart.carts where id = $1', [cartIdOf(owner)])).toEqual([]);
  });

  it('stores the lines, with a new version for each change', async () => {
    const owner = aUser();
    await addLines(owner, line(tea, 2));
    await addLines(owner, line(cake));
    expect(await carts.current(owner)).toMatchObject({ version: 2, lines: [{ quantity: 2 }, { variantId: cake }] });
  });

  it('of a guest has a version above that of the token, also after the carts were restored from a backup', async () => {
    const { token, owner } = aGuest();
    const later = cartTokens.after(token, { cartVersion: 5, placedAt: new Date().toISOString() });
    const cartOf = new StoredCartOf(carts, new ReturnedLines(carts), cartTokens);
    const cartToOrder = () => cartOf.find({ kind: 'guest', cartToken: later.text });
    await addLines(owner, line(tea));
    expect(await cartToOrder()).toMatchObject({ version: 6, lines: [{ variantId: tea }] });
    expect(await addLines(guestOwner(later), line(cake))).toMatchObject({ version: 6 });
    expect(await addLines(guestOwner(later), line(cake))).toMatchObject({ version: 7 });
    expect(await cartToOrder()).toMatchObject({ version: 7 });
  });

  it('loses no line when many requests add lines at once, also the first line', async () => {
    const { owner } = aGuest();
    await Promise.all(Array.from({ length: 30 }, () => addLines(owner, line(tea))));
    expect(await carts.current(owner)).toMatchObject({ version: 30, lines: [{ quantity: 30 }] });
  });
});

describe('Logging in', () => {
  it('merges the guest’s cart once, even if many requests come at once', async () => {
    const { owner: guest } = aGuest();
    const user = aUser();
    await addLines(guest, line(tea, 2), line(cake));
    await addLines(user, line(tea, 3));
    const withGuest = { ...user, before: guest };
    const results = await Promise.all(Array.from({ length: 8 }, () => carts.current(withGuest)));
    for (const cart of results) expect(cart).toMatchObject({ version: 2, lines: [{ quantity: 5 }, { quantity: 1 }] });
    await expect(carts.current(guest)).rejects.toThrow(CartTokenSpent);
  });

  it('merges the guest’s cart, also if the user’s first request adds a line', async () => {
    const { owner: guest } = aGuest();
    const user = aUser();
    await addLines(guest, line(tea));
    await addLines({ ...user, before: guest }, line(cake));
    expect((await carts.current(user)).lines.map(({ variantId }) => variantId)).toEqual([tea, cake]);
  });

  it('makes the guest’s token invalid: the token opens no cart, and a second log-in with it merges nothing', async () => {
    const { owner: guest } = aGuest();
    const [user, other] = [aUser(), aUser()];
    await addLines(guest, line(tea));
    await carts.current({ ...user, before: guest });
    await expect(carts.current(guest)).rejects.toThrow(CartTokenSpent);
    await expect(addLines(guest, line(cake))).rejects.toThrow(CartTokenSpent);
    expect((await carts.current({ ...other, before: guest })).lines).toEqual([]);
    expect((await carts.current({ ...user, before: guest })).lines).toHaveLength(1);
  });

  it('makes the token invalid also for an empty cart, so that nobody can fill the cart later', async () => {
    const { owner: guest } = aGuest();
    const user = { ...aUser(), before: guest };
    await Promise.all(Array.from({ length: 4 }, () => carts.current(user)));
    await expect(addLines(guest, line(cake))).rejects.toThrow(CartTokenSpent);
    expect((await carts.current(user)).lines).toEqual([]);
  });

  it('merges nothing for a token that an order has spent, but merges later lines for the next token', async () => {
    const { owner: guest } = aGuest();
    const [stranger, user] = [aUser(), aUser()];
    const order = orderOf(await addLines(guest, line(tea)));
    await handleOrderPlaced(order);
    const next = withNextToken(guest, order);
    await addLines(next, line(cake));
    expect((await carts.current({ ...stranger, before: guest })).lines).toEqual([]);
    expect((await carts.current({ ...user, before: next })).lines).toMatchObject([{ variantId: cake }]);
  });
});

describe('A guest’s order', () => {
  it('makes the guest’s token invalid when the cart handles the order, and the next token opens the cart', async () => {
    const { owner: guest } = aGuest();
    const order = orderOf(await addLines(guest, line(tea)));
    const next = withNextToken(guest, order);
    expect(cartIdOf(next)).toBe(cartIdOf(guest));
    expect((await carts.current(next)).lines).toHaveLength(1); // the cart has not handled the message yet
    await handleOrderPlaced(order);
    for (const attempt of [carts.current(guest), addLines(guest, line(cake)), carts.change(guest, clearCart)])
      await expect(attempt).rejects.toThrow(CartTokenSpent);
    expect((await addLines(next, line(cake))).lines).toMatchObject([{ variantId: cake }]);
    await handleOrderPlaced(order); // a second time
    expect((await carts.current(next)).lines).toMatchObject([{ variantId: cake }]);
  });
});

describe('The lines of an order', () => {
  it('are the content of the cart after the merge', async () => {
    const { owner: guest, token } = aGuest();
    const user = aUser();
    const cartOf = new StoredCartOf(carts, new ReturnedLines(carts), cartTokens);
    expect(await cartOf.find({ kind: 'guest', cartToken: token.text })).toBeUndefined();
    await addLines(guest, line(tea, 2));
    const [{ id }] = (await carts.current(guest)).lines;
    const lines = [{ variantId: tea, quantity: 2, modifiers: [], portions: [{ id, quantity: 2 }] }];
    const asGuest = { cartId: cartIdOf(guest), version: 1, lines };
    expect(await cartOf.find({ kind: 'guest', cartToken: token.text })).toEqual(asGuest);
    const asUser = { cartId: cartIdOf(user), version: 1, lines };
    expect(await cartOf.find({ ...user, cartTokenHash: formatGuestTokenState(token) })).toEqual(asUser);
  });
});

describe('An order from the cart', () => {
  it('empties the cart, and a repeated message does nothing', async () => {
    const owner = aUser();
    const { id, version } = await addLines(owner, line(tea, 2));
    await placed(id, version, { variantId: tea, quantity: 2 });
    expect(await carts.current(owner)).toMatchObject({ version: 2, lines: [] });
    await addLines(owner, line(tea, 2));
    await placed(id, version, { variantId: tea, quantity: 2 });
    expect(await carts.current(owner)).toMatchObject({ version: 3, lines: [{ quantity: 2 }] });
  });

  it('keeps the lines that were added meanwhile', async () => {
    const owner = aUser();
    const { id, version } = await addLines(owner, line(tea, 2));
    await addLines(owner, line(tea), line(cake));
    await placed(id, version, { variantId: tea, quantity: 2 });
    expect(await carts.current(owner)).toMatchObject({ lines: [{ quantity: 1 }, { variantId: cake }] });
  });

  it('removes its lines also from the cart to which a log-in moved them', async () => {
    const { owner: guest } = aGuest();
    const user = aUser();
    const order = orderOf(await addLines(guest, line(tea, 2)));
    await addLines(user, line(cake));
    await carts.current({ ...user, before: guest });
    await handleOrderPlaced(order);
    expect(await carts.current(user)).toMatchObject({ version: 3, lines: [{ variantId: cake }] });
  });

  it('removes only what was ordered, also when the same drink is added at the same moment', async () => {
    const owner = aUser();
    const before = await addLines(owner, line(tea, 2));
    const order = orderOf(before);
    await carts.change(owner, (cart) => changeLine(cart, cart.lines[0].id, { quantity: 1 }));
    await addLines(owner, { ...line(tea), modifiers: [{ optionId: cake, quantity: 1 }] });
    await handleOrderPlaced(order);
    await handleOrderPlaced(order);
    expect((await carts.current(owner)).lines).toMatchObject([{ quantity: 1, modifiers: [{ optionId: cake }] }]);
  });

  it('is ignored if the cart does not exist', async () => {
    await expect(placed(ids.next(), 1, { variantId: tea, quantity: 1 })).resolves.toBeUndefined();
  });
});

describe('An order that failed', () => {
  it('returns its lines once, keeps lines that were added meanwhile, and the lines can be ordered again', async () => {
    const owner = aUser();
    const order = orderOf(await addLines(owner, line(tea, 2)));
    await handleOrderPlaced(order);
    await addLines(owner, line(tea));
    await Promise.all([returnLines(order), returnLines(order)]);
    const [first] = (await carts.current(owner)).lines;
    expect(first.quantity).toBe(3);
    const old = order.items.flatMap(({ portions }) => portions.map(({ id }) => id));
    expect(portionsOf(first).filter(({ id }) => old.includes(id))).toEqual([]);
  });

  it('does not double the lines if the cart has not handled OrderPlaced yet', async () => {
    const owner = aUser();
    const order = orderOf(await addLines(owner, line(tea, 2)));
    await returnLines(order);
    expect((await carts.current(owner)).lines).toMatchObject([{ quantity: 2 }]);
    await handleOrderPlaced(order);
    expect((await carts.current(owner)).lines).toMatchObject([{ quantity: 2 }]);
  });

  it.each([
    ['before', true],
    ['after', false],
  ])('returns its lines to the user who logged in %s the order was removed from the cart', async (_, early) => {
    const { owner: guest } = aGuest();
    const user = aUser();
    const order = orderOf(await addLines(guest, line(tea, 2)));
    if (!early) await handleOrderPlaced(order);
    await carts.current({ ...user, before: withNextToken(guest, order) });
    if (early) await handleOrderPlaced(order);
    expect((await carts.current(user)).lines).toEqual([]);
    await returnLines(order);
    expect((await carts.current(user)).lines).toMatchObject([{ variantId: tea, quantity: 2 }]);
    await expect(carts.current(withNextToken(guest, order))).rejects.toThrow(CartTokenSpent);
  });

  it.each([
    ['moved its lines', false],
    ['came after its lines were removed from the cart', true],
  ])(
    'returns its lines to the account whose log-in %s, and not to one that logged in later with the same token',
    async (_, early) => {
      const { owner: guest } = aGuest();
      const [first, second] = [aUser(), aUser()];
      const order = orderOf(await addLines(guest, line(tea, 2)));
      const login = (user: typeof first) => carts.current({ ...user, before: withNextToken(guest, order) });
      if (early) await handleOrderPlaced(order);
      await login(first);
      await handleOrderPlaced(order);
      await login(second);
      await login(first);
      await returnLines(order);
      expect((await carts.current(first)).lines).toMatchObject([{ variantId: tea, quantity: 2 }]);
      expect((await carts.current(second)).lines).toEqual([]);
    },
  );

  it.each([
    ['had not handled the order yet', false],
    ['had handled the order', true],
  ])(
    'returns its lines to the guest with the order’s token, also if somebody logged in with the spent token while the cart %s',
    async (_, early) => {
      const { owner: guest } = aGuest();
      const stranger = aUser();
      const order = orderOf(await addLines(guest, line(tea, 2)));
      await carts.current({ ...stranger, before: guest });
      if (early) await handleOrderPlaced(order);
      await returnLines(order);
      await handleOrderPlaced(order);
      expect((await carts.current(stranger)).lines).toEqual([]);
      expect((await carts.current(withNextToken(guest, order))).lines).toMatchObject([{ variantId: tea, quantity: 2 }]);
      await addLines(withNextToken(guest, order), line(cake));
      const owner = aUser();
      await carts.current({ ...owner, before: withNextToken(guest, order) });
      expect((await carts.current(owner)).lines).toMatchObject([{ variantId: tea }, { variantId: cake }]);
      expect((await carts.current({ ...stranger, before: guest })).lines).toEqual([]);
    },
  );

  it('returns its lines to the guest with the order’s token, if nobody has logged in', async () => {
    const { owner: guest } = aGuest();
    const order = orderOf(await addLines(guest, line(tea, 2)));
    await handleOrderPlaced(order);
    await returnLines(order);
    expect((await carts.current(withNextToken(guest, order))).lines).toMatchObject([{ variantId: tea, quantity: 2 }]);
    await expect(carts.current(guest)).rejects.toThrow(CartTokenSpent);
  });

  it('returns no lines to an erased person', async () => {
    const forgetting = new ForgetCart(carts, { publish: () => undefined } as unknown as EventBus);
    const forget = (body: object) => db.transaction(() => forgetting.handle(new PersonErased(body as never)));
    const user = aUser();
    const order = orderOf(await addLines(user, line(tea, 2)));
    await forget({ erasureId: ids.next(), subject: user.userId, kind: 'customer' });
    await returnLines(order);
    expect((await carts.current(user)).lines).toEqual([]);

    const { owner: guest } = aGuest();
    const asGuest = orderOf(await addLines(guest, line(tea, 2)));
    await forget({ erasureId: ids.next(), subject: asGuest.orderId, kind: 'guest', cartId: asGuest.cartId });
    await returnLines(asGuest);
    expect((await carts.current(withNextToken(guest, asGuest))).lines).toEqual([]);
  });
});

describe('The job that deletes unused carts', () => {
  it('deletes guests’ carts, keeps users’ carts, and only empties carts from which something was ordered', async () => {
    const [{ owner: gone }, { owner: bought }, { owner: fresh }] = [aGuest(), aGuest(), aGuest()];
    const user = aUser();
    for (const owner of [gone, bought, fresh, user]) await addLines(owner, line(tea));
    await placed(cartIdOf(bought), 1, { variantId: tea, quantity: 1 });
    const boughtWithNextToken = withNextToken(bought, { cartVersion: 1 });
    await addLines(boughtWithNextToken, line(cake));
    await database.admin(`update cart.carts set updated_at = now() - interval '31 days' where id = any ($1)`, [
      [gone, bought, user].map(cartIdOf),
    ]);
    const monthAgo = new Date(Date.now() - 30 * 24 * 3_600_000);
    while (await carts.sweep(monthAgo, 1));
    expect(await carts.current(gone)).toMatchObject({ version: 0, lines: [] });
    expect(await carts.current(boughtWithNextToken)).toMatchObject({ version: 4, lines: [], orderedVersion: 1 });
    expect((await carts.current(fresh)).lines).toHaveLength(1);
    expect((await carts.current(user)).lines).toHaveLength(1);
  });
});
