import { CatalogPrices, type PricedLine, type UnpricedLine, type WantedLine } from '#contracts/catalog';
import { CartOf } from '#contracts/cart';
import { times, vnd } from '#kernel';
import { CartTokens, formatGuestTokenState } from '#platform/security';
import { openContext, type OpenContext } from '../../../test/support/open-context';
import { CartModule } from './cart.module';

const id = (last: number) => `019ab3c4-5d6e-7f80-9a1b-2c3d4e5f60${String(last).padStart(2, '0')}`;
const [coffee, cake, ice, milk] = [id(1), id(2), id(3), id(4)];

/** A catalogue with a coffee, which has ice by default, and a cake. */
class Menu extends CatalogPrices {
  readonly prices = new Map([
    [coffee, 29_000],
    [cake, 45_000],
  ]);
  /** True if the catalogue was changed so that every coffee must have ice. */
  alwaysIced = false;

  async price(lines: readonly WantedLine[]): Promise<(PricedLine | UnpricedLine)[]> {
    return lines.map(({ variantId, quantity, modifiers }) => {
      const price = this.prices.get(variantId);
      if (price === undefined) return { variantId, code: 'VARIANT_UNAVAILABLE', message: 'gone' };
      if (modifiers.some(({ optionId }) => optionId !== ice && optionId !== milk))
        return { variantId, code: 'MODIFIERS_INVALID', message: 'There is no such option.' };
      const isIced = modifiers.some(({ optionId }) => optionId === ice);
      const addsIce = variantId === coffee && !isIced && (this.alwaysIced || modifiers.length === 0);
      const chosen = addsIce ? [...modifiers, { optionId: ice, quantity: 1 }] : modifiers;
      return {
        ...{ productId: id(9), variantId, sku: `SKU-${variantId.at(-1)}`, name: 'Something', variantName: 'M' },
        ...{ imageUrl: null, quantity, available: 5 },
        modifiers: chosen.map((modifier) => ({ ...modifier, group: 'Extras', name: 'Extra', price: vnd(0) })),
        unitPrice: vnd(price),
        lineTotal: times(vnd(price), quantity),
      };
    });
  }
}

const menu = new Menu();
let shop: OpenContext;

beforeAll(async () => {
  shop = await openContext([CartModule], ['cart'], [{ provide: CatalogPrices, useValue: menu }]);
});
afterAll(() => shop.close());

const add = (body: object, request: object = {}) => shop.ask('POST', '/cart/items', { body, ...request });
/** The content of a token: the guest's hash, and the last ordered version. */
const readToken = (token: string) => shop.app.get(CartTokens, { strict: false }).read(token)!;

const newGuest = async () => {
  const { headers } = await shop.ask('GET', '/cart');
  return { headers: { 'x-cart-token': headers['x-cart-token']! } };
};

describe('A guest’s cart', () => {
  it('is opened by the token of the first response, and only the first response has a token', async () => {
    const first = await shop.ask('GET', '/cart');
    expect(first).toMatchObject({ status: 200, body: { data: { version: 0, lines: [], total: vnd(0) } } });
    const token = first.headers['x-cart-token']!;
    expect(token).toMatch(/^[\w-]{64}$/);
    expect(await shop.database.admin('select 1 from cart.carts')).toEqual([]);

    const guest = { headers: { 'x-cart-token': token } };
    const added = await add({ variantId: coffee, quantity: 2 }, guest);
    expect(added.status).toBe(201);
    expect(added.headers['x-cart-token']).toBeUndefined();
    expect(added.body.data).toMatchObject({
      ...{ id: first.body.data.id, version: 1, subtotal: vnd(58_000), total: vnd(58_000), orderable: true },
      lines: [{ variantId: coffee, quantity: 2, unitPrice: vnd(29_000), lineTotal: vnd(58_000), available: 5 }],
    });
    expect((await shop.ask('GET', '/cart', guest)).body.data).toEqual(added.body.data);
    const [row] = await shop.database.admin<{ token_hash: string }>('select token_hash from cart.carts');
    expect(row.token_hash).toBe(readToken(token).guestHash);
  });

  it('is also created by the first line', async () => {
    const added = await add({ variantId: cake, quantity: 1 });
    const guest = { headers: { 'x-cart-token': added.headers['x-cart-token']! } };
    expect((await shop.ask('GET', '/cart', guest)).body.data.lines).toHaveLength(1);
    expect((await shop.ask('GET', '/cart', await newGuest())).body.data.lines).toEqual([]);
  });
});

describe('A token that the shop did not issue', () => {
  it('is handled like a request without a token', async () => {
    const good = (await newGuest()).headers['x-cart-token'];
    const madeUp = [
      'attacker-chosen-token-1',
      'a'.repeat(16),
      'x'.repeat(43),
      'A'.repeat(64),
      `${good}A`,
      good.slice(1),
    ];
    const altered = Array.from({ length: good.length }, (_, at) => `${good.slice(0, at)}${good[at] === 'A' ? 'B' : 'A'}${good.slice(at + 1)}`); // prettier-ignore
    for (const token of [...madeUp, ...altered]) {
      const response = await add({ variantId: cake, quantity: 1 }, { headers: { 'x-cart-token': token } });
      const issued = response.headers['x-cart-token']!;
      expect([token, readToken(issued) !== undefined, issued === token]).toEqual([token, true, false]);
      expect(response.body.data.lines).toMatchObject([{ quantity: 1 }]);
    }
  });
});

describe('Filling a cart', () => {
  it('stores the names of options, also when the options of the line change', async () => {
    const guest = await newGuest();
    const labels = async () => {
      const [cart] = await shop.database.admin<{ lines: { label: { modifiers: object[] } }[] }>(
        'select lines from cart.carts where token_hash = $1',
        [readToken(guest.headers['x-cart-token']).guestHash],
      );
      return cart.lines.map((line) => line.label.modifiers);
    };
    const { data } = (await add({ variantId: coffee, quantity: 1 }, guest)).body;
    expect(await labels()).toEqual([[{ optionId: ice, group: 'Extras', name: 'Extra' }]]);
    const other = { ...guest, body: { modifiers: [{ optionId: milk }] } };
    await shop.ask('PATCH', `/cart/items/${data.lines[0].id}`, other);
    expect(await labels()).toEqual([[{ optionId: milk, group: 'Extras', name: 'Extra' }]]);
  });

  it('joins lines of the same drink, also if a default option is not named', async () => {
    const guest = await newGuest();
    await add({ variantId: coffee, quantity: 1 }, guest);
    await add({ variantId: coffee, quantity: 1, modifiers: [{ optionId: milk }] }, guest);
    const { body } = await add({ variantId: coffee, quantity: 1, modifiers: [{ optionId: ice }] }, guest);
    expect(body.data).toMatchObject({ version: 3, lines: [{ quantity: 2 }, { quantity: 1 }] });
  });

  it('changes, removes and clears lines', async () => {
    const guest = await newGuest();
    await add({ variantId: cake, quantity: 1 }, guest);
    const { data } = (await add({ variantId: coffee, quantity: 1 }, guest)).body;
    const [first, second] = data.lines.map((line: { id: string }) => `/cart/items/${line.id}`) as [string, string];
    const changed = await shop.ask('PATCH', first, { ...guest, body: { quantity: 4 } });
    expect(changed).toMatchObject({ status: 200, body: { data: { version: 3, total: vnd(209_000) } } });
    const milky = { ...guest, body: { modifiers: [{ optionId: milk, quantity: 2 }] } };
    const modified = await shop.ask('PATCH', second, milky);
    expect(modified.body.data.lines[1].modifiers).toMatchObject([{ optionId: milk, quantity: 2 }]);
    expect((await shop.ask('DELETE', first, guest)).body.data).toMatchObject({ version: 5, lines: [{}] });
    expect((await shop.ask('DELETE', first, guest)).status).toBe(404);
    expect((await shop.ask('DELETE', '/cart', guest)).body.data).toMatchObject({ version: 6, lines: [] });
  });

  it('accepts neither prices nor invalid values from a client', async () => {
    const bad = [
      { variantId: coffee, quantity: 1, unitPrice: 1 },
      { variantId: coffee, quantity: 0 },
      { variantId: coffee, quantity: 100 },
      { variantId: 'coffee', quantity: 1 },
      { variantId: coffee, quantity: 1, modifiers: [{ optionId: ice, quantity: 0 }] },
    ];
    for (const body of bad) expect((await add(body)).body.error?.code).toBe('VALIDATION_ERROR');
    expect(await add({ variantId: id(77), quantity: 1 })).toMatchObject({
      ...{ status: 404, body: { error: { code: 'VARIANT_UNAVAILABLE' } } },
    });
    expect(await add({ variantId: coffee, quantity: 1, modifiers: [{ optionId: id(77) }] })).toMatchObject({
      ...{ status: 400, body: { error: { code: 'MODIFIERS_INVALID', details: [{ field: 'modifiers' }] } } },
    });
    const guest = await newGuest();
    await add({ variantId: cake, quantity: 99 }, guest);
    expect((await add({ variantId: cake, quantity: 1 }, guest)).body.error?.code).toBe('LINE_TOO_LARGE');
  });

  it('refuses a caller who has seen an older cart, and accepts one who has seen the current cart', async () => {
    const guest = await newGuest();
    const first = await add({ variantId: cake, quantity: 1 }, guest);
    const etag = first.headers['etag']!;
    const same = await shop.ask('GET', '/cart', { headers: { ...guest.headers, 'if-none-match': etag } });
    expect(same.status).toBe(304);
    const ifSeen = (tag: string) => ({ headers: { ...guest.headers, 'if-match': tag } });
    expect((await add({ variantId: cake, quantity: 1 }, ifSeen(etag))).status).toBe(201);
    expect(await add({ variantId: cake, quantity: 1 }, ifSeen(etag))).toMatchObject({
      ...{ status: 412, body: { error: { code: 'PRECONDITION_FAILED' } } },
    });
    const fresh = (await shop.ask('GET', '/cart', guest)).headers['etag']!;
    for (const tag of ['"2"', '"2-0123456789ab"', `W/${fresh}`, fresh.replaceAll('"', '')])
      expect((await add({ variantId: cake, quantity: 1 }, ifSeen(tag))).status).toBe(412);
    const several = `${etag}, ${fresh}, "99-0123456789ab"`;
    expect((await add({ variantId: cake, quantity: 1 }, ifSeen(several))).status).toBe(201);
    expect((await add({ variantId: cake, quantity: 1 }, ifSeen('*'))).status).toBe(201);
  });

  it('refuses a caller who has seen another price, and shows both prices until the line is changed', async () => {
    const guest = await newGuest();
    const first = await add({ variantId: coffee, quantity: 1 }, guest);
    const path = `/cart/items/${first.body.data.lines[0].id}`;
    const ifSeen = { headers: { ...guest.headers, 'if-match': first.headers['etag']! } };
    expect(first.body.data.lines[0].priceChanged).toBeNull();
    menu.prices.set(coffee, 35_000);
    expect((await shop.ask('PATCH', path, { ...ifSeen, body: { quantity: 2 } })).status).toBe(412);
    const dearer = (await shop.ask('GET', '/cart', guest)).body.data;
    expect(dearer.lines[0].priceChanged).toEqual({ from: vnd(29_000), to: vnd(35_000) });
    expect((await shop.ask('GET', '/cart', guest)).body.data).toEqual(dearer);
    const changed = await shop.ask('PATCH', path, { ...guest, body: { quantity: 1 } });
    expect(changed.body.data.lines[0].priceChanged).toBeNull();
    menu.prices.set(coffee, 29_000);
    const cheaper = (await shop.ask('GET', '/cart', guest)).body.data;
    expect(cheaper.lines[0].priceChanged).toEqual({ from: vnd(35_000), to: vnd(29_000) });
    expect((await add({ variantId: coffee, quantity: 1 }, guest)).body.data.lines[0].priceChanged).toBeNull();
  });
});

describe('A line that is sent back as it was read', () => {
  it('changes nothing, even if the catalogue has changed the product meanwhile', async () => {
    const guest = await newGuest();
    const { body: first } = await add({ variantId: coffee, quantity: 3, modifiers: [{ optionId: milk }] }, guest);
    const path = `/cart/items/${first.data.lines[0].id}`;
    const sendBack = async (more: object = {}) => {
      const before = await shop.ask('GET', '/cart', guest);
      const body = { ...before.body.data.lines[0], ...more };
      return [before, await shop.ask('PATCH', path, { ...guest, body })] as const;
    };
    const dearer = () => menu.prices.set(coffee, 35_000);
    const gone = () => menu.prices.delete(coffee);
    for (const changeMenu of [() => {}, () => (menu.alwaysIced = true), dearer, gone]) {
      changeMenu();
      const [before, after] = await sendBack();
      expect([after.status, after.body, after.headers['etag']]).toEqual([200, before.body, before.headers['etag']]);
    }
    dearer();
    const [, fewer] = await sendBack({ quantity: 2 });
    expect(fewer.body.data.lines).toMatchObject([{ quantity: 2, priceChanged: null, unitPrice: vnd(35_000) }]);
    menu.prices.set(coffee, 29_000);
    const [, agreed] = await sendBack({ priceChanged: null });
    expect(agreed.body.data.lines).toMatchObject([{ priceChanged: null, unitPrice: vnd(29_000) }]);
    const [{ body: known }, odd] = await sendBack({ unitPrice: 1 });
    expect(odd.body.error?.details?.map(({ field }) => field)).toEqual(['unitPrice']);
    expect((await shop.ask('GET', '/cart', guest)).body).toEqual(known);
    menu.alwaysIced = false;
  });
});

describe('A cart and the catalogue', () => {
  it('shows current prices, and a line that is no longer sold by its name', async () => {
    const guest = await newGuest();
    const { headers } = await add({ variantId: coffee, quantity: 1 }, guest);
    await add({ variantId: cake, quantity: 6 }, guest);
    menu.prices.set(coffee, 35_000);
    const dearer = await shop.ask('GET', '/cart', { headers: { ...guest.headers, 'if-none-match': headers['etag']! } });
    expect(dearer.body.data.lines[0].unitPrice).toEqual(vnd(35_000));
    expect(dearer.body.data.lines[1].problem.code).toBe('OUT_OF_STOCK');
    menu.prices.delete(coffee);
    const gone = (await shop.ask('GET', '/cart', guest)).body.data;
    expect(gone.lines[0]).toMatchObject({ name: 'Something', unitPrice: null, available: 0 });
    expect(gone).toMatchObject({ total: vnd(270_000), orderable: false });
    menu.prices.set(coffee, 29_000);
  });
});

describe('Logging in', () => {
  it('merges the guest’s cart that the access token names', async () => {
    const guest = await newGuest();
    await add({ variantId: coffee, quantity: 2 }, guest);
    const userId = id(50);
    const token = await shop.token('customer', {
      userId,
      cart: formatGuestTokenState(readToken(guest.headers['x-cart-token'])),
    });
    const mine = await shop.ask('GET', '/cart', { token });
    expect(mine.body.data.lines).toMatchObject([{ variantId: coffee, quantity: 2 }]);
    expect(mine.headers['x-cart-token']).toBeUndefined();
    expect((await shop.ask('GET', '/cart', { token })).body.data.version).toBe(1);
    expect((await shop.ask('GET', '/cart', guest)).body.data.lines).toEqual([]);
  });

  it('makes the guest’s token invalid: a request with this token gets a new, empty cart', async () => {
    const guest = await newGuest();
    await add({ variantId: coffee, quantity: 1 }, guest);
    const token = await shop.token('customer', {
      userId: id(52),
      cart: formatGuestTokenState(readToken(guest.headers['x-cart-token'])),
    });
    const mine = (await shop.ask('GET', '/cart', { token })).body.data;
    expect(mine.lines).toMatchObject([{ quantity: 1 }]);
    for (const ask of [() => add({ variantId: cake, quantity: 3 }, guest), () => shop.ask('GET', '/cart', guest)]) {
      const { headers, body } = await ask();
      const next = headers['x-cart-token']!;
      expect(readToken(next).guestHash).not.toBe(readToken(guest.headers['x-cart-token']).guestHash);
      expect([body.data.id === mine.id, body.data.version]).toEqual([false, body.data.lines.length]);
    }
    expect((await shop.ask('GET', '/cart', { token })).body.data).toEqual(mine);
    expect((await shop.ask('GET', '/cart', { token, ...guest })).body.data).toEqual(mine);
  });

  it('merges only at the log-in: a token that is sent later merges nothing', async () => {
    const guest = await newGuest();
    const token = await shop.token('customer', { userId: id(51) });
    await add({ variantId: cake, quantity: 1 }, { token });
    await add({ variantId: cake, quantity: 2 }, guest);
    expect((await shop.ask('GET', '/cart', { token, ...guest })).body.data.lines).toMatchObject([{ quantity: 1 }]);
    expect((await shop.ask('GET', '/cart', guest)).body.data.lines).toMatchObject([{ quantity: 2 }]);
  });

  it('merges the carts before the cart is ordered', async () => {
    const guest = await newGuest();
    await add({ variantId: cake, quantity: 2 }, guest);
    const cartTokenHash = formatGuestTokenState(readToken(guest.headers['x-cart-token']));
    const order = await shop.app.get(CartOf).find({ kind: 'user', userId: id(53), cartTokenHash });
    expect(order).toMatchObject({ version: 1, lines: [{ variantId: cake, quantity: 2, modifiers: [] }] });
  });

  it('merges nothing for an invalid token', async () => {
    expect((await shop.ask('GET', '/cart', { token: 'nonsense' })).body.error?.code).toBe('TOKEN_INVALID');
  });
});

describe('A token that opens no cart any more', () => {
  const placed = (cartVersion = 1) => ({ cartVersion, placedAt: new Date().toISOString() });
  /** The token that an order of this cart returns. */
  const after = (guest: { headers: { 'x-cart-token': string } }, order = placed()) => {
    const tokens = shop.app.get(CartTokens, { strict: false });
    return { headers: { 'x-cart-token': tokens.after(readToken(guest.headers['x-cart-token']), order).text } };
  };
  const placeOrder = async (guest: { headers: { 'x-cart-token': string } }) => {
    await add({ variantId: coffee, quantity: 1 }, guest);
    await shop.database.admin(`update cart.carts set ordered_version = version, lines = '[]' where token_hash = $1`, [
      readToken(guest.headers['x-cart-token']).guestHash,
    ]);
    return after(guest);
  };
  const mergeByLogIn = async (guest: { headers: { 'x-cart-token': string } }) => {
    const cart = formatGuestTokenState(readToken(guest.headers['x-cart-token']));
    const own = { token: await shop.token('customer', { cart }) };
    expect((await shop.ask('GET', '/cart', own)).status).toBe(200);
    return own;
  };

  it('gets `tokenSpent` and a new token if an order was placed with it', async () => {
    const spent = await newGuest();
    const next = await placeOrder(spent);
    for (const ask of [() => shop.ask('GET', '/cart', spent), () => add({ variantId: cake, quantity: 1 }, spent)]) {
      const { headers, body } = await ask();
      expect(body.meta).toEqual({ tokenSpent: true });
      expect(readToken(headers['x-cart-token']!).guestHash).not.toBe(
        readToken(spent.headers['x-cart-token']).guestHash,
      );
    }
    const good = await shop.ask('GET', '/cart', next);
    expect([good.body.meta, good.headers['x-cart-token']]).toEqual([undefined, undefined]);
  });

  it('gets `cartMerged` after a log-in took over its cart, and no new token while it gives access to orders', async () => {
    const next = await placeOrder(await newGuest());
    const own = await mergeByLogIn(next);
    for (let times = 0; times < 2; times++) {
      const { headers, body } = await shop.ask('GET', '/cart', next);
      expect([headers['x-cart-token'], body.data.lines, body.meta]).toEqual([undefined, [], { cartMerged: true }]);
    }
    const added = await add({ variantId: cake, quantity: 1 }, next);
    expect(added.body.meta).toEqual({ cartMerged: true });
    const other = { headers: { 'x-cart-token': added.headers['x-cart-token']! } };
    expect((await shop.ask('GET', '/cart', other)).body.data.lines).toHaveLength(1);
    const signedIn = await shop.ask('GET', '/cart', { ...own, ...next });
    expect([signedIn.headers['x-cart-token'], signedIn.body.meta]).toEqual([undefined, undefined]);
  });

  it('is replaced if it gives no access to orders: no order was placed with it, or it is older than 30 days', async () => {
    const fresh = await newGuest();
    await mergeByLogIn(fresh);
    const first = await newGuest();
    await placeOrder(first);
    const old = after(first, { ...placed(), placedAt: new Date(Date.now() - 31 * 86_400_000).toISOString() });
    await mergeByLogIn(old);
    for (const guest of [fresh, old]) {
      const { headers, body } = await shop.ask('GET', '/cart', guest);
      expect([readToken(headers['x-cart-token']!) !== undefined, body.meta]).toEqual([true, { cartMerged: true }]);
    }
  });
});

describe('A cart that a log-in filled beyond its limits', () => {
  it('keeps every piece, and can be shown and changed', async () => {
    const guest = await newGuest();
    await add({ variantId: cake, quantity: 60 }, guest);
    const userId = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6077';
    const own = { token: await shop.token('customer', { userId }) };
    await add({ variantId: cake, quantity: 60 }, own);
    const token = await shop.token('customer', {
      userId,
      cart: formatGuestTokenState(readToken(guest.headers['x-cart-token'])),
    });

    const { status, body } = await shop.ask('GET', '/cart', { token });
    expect(status).toBe(200);
    expect(body.data.lines).toMatchObject([
      { quantity: 60, problem: { code: 'OUT_OF_STOCK' } },
      { quantity: 60, problem: { code: 'OUT_OF_STOCK' } },
    ]);
    const [first, second] = body.data.lines as { id: string }[];
    const refused = await shop.ask('PATCH', `/cart/items/${second.id}`, { token, body: { quantity: 100 } });
    expect(refused.status).toBe(400);
    const fewer = await shop.ask('PATCH', `/cart/items/${second.id}`, { token, body: { quantity: 2 } });
    expect(fewer.body.data.lines).toMatchObject([{ quantity: 60 }, { quantity: 2 }]);
    const gone = await shop.ask('DELETE', `/cart/items/${first.id}`, { token });
    expect(gone.body.data.lines).toMatchObject([{ id: second.id, quantity: 2, problem: null }]);
  });
});
