import { randomUUID } from 'node:crypto';
import { eventually } from './eventually';
import type { AskOptions, Reply, RunningShop } from './start-shop';

/** The admin of a demo shop, from `.env.example`. */
export const ADMIN = { email: 'admin@coffee-tea.example', password: 'demo-admin-brews' };

export interface OrderOptions {
  readonly key?: string;
  /** Merged into the body. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A user or a guest of the shop. Every request sends the person's token. A guest always uses the newest cart token. */
export class Person {
  readonly headers: Record<string, string>;

  constructor(
    readonly shop: RunningShop,
    headers: Readonly<Record<string, string>> = {},
    readonly email = '',
    readonly userId = '',
  ) {
    this.headers = { ...headers };
  }

  get token(): string {
    return (this.headers['authorization'] ?? '').replace('Bearer ', '');
  }

  readonly get = this.requestWith('get');
  readonly post = this.requestWith('post');
  readonly put = this.requestWith('put');
  readonly patch = this.requestWith('patch');
  readonly delete = this.requestWith('delete');

  private requestWith(method: 'get' | 'post' | 'put' | 'patch' | 'delete') {
    return async (path: string, options: AskOptions = {}): Promise<Reply> => {
      const headers = { ...this.headers, ...options.headers };
      const reply = await this.shop[method](path, { ...options, headers });
      adoptNewCartToken(this.headers, headers, reply);
      return reply;
    };
  }

  withHeaders(headers: Readonly<Record<string, string>>): Person {
    return new Person(this.shop, { ...this.headers, ...headers }, this.email, this.userId);
  }

  async addToCart(variantId: string, quantity = 1): Promise<Reply> {
    return expectStatus(201, await this.post('/cart/items', { body: { variantId, quantity } }));
  }

  /** Orders the cart. `payment`: a card token, or `cash`. */
  placeOrder(payment: string, { key = randomUUID(), body, headers }: OrderOptions = {}): Promise<Reply> {
    return this.post('/orders', {
      headers: { 'idempotency-key': key, ...headers },
      body: {
        contact: { name: 'Nguyễn Văn An', phone: '0901234567' },
        fulfilment: { type: 'pickup' },
        payment: payment === 'cash' ? { method: 'cash' } : { method: 'card', token: payment },
        ...body,
      },
    });
  }

  /** Adds a variant to the cart and orders it. Returns the pending order. */
  async buy(variantId: string, payment: string, quantity = 1): Promise<any> {
    await this.addToCart(variantId, quantity);
    return expectStatus(201, await this.placeOrder(payment)).body.data;
  }

  /** Waits until the order has this status. Returns the order. */
  waitForStatus(orderId: string, status: string, milliseconds?: number): Promise<any> {
    return eventually(async () => {
      const { data } = expectStatus(200, await this.get(`/orders/${orderId}`)).body;
      if (data.status !== status) throw new Error(`the order is ${data.status}, not ${status}`);
      return data;
    }, milliseconds);
  }

  points = async (): Promise<any> => (await this.get('/users/me/loyalty')).body.data;
}

/** If `own` still has the cart token that was sent, `own` gets the new cart token of the response. */
export function adoptNewCartToken(
  own: Record<string, string>,
  sent: Readonly<Record<string, string>>,
  { headers }: Reply,
): void {
  const next = headers.get('x-cart-token');
  if (next && own['x-cart-token'] && own['x-cart-token'] === sent['x-cart-token']) own['x-cart-token'] = next;
}

export function expectStatus(status: number, reply: Reply): Reply {
  if (reply.status === status) return reply;
  throw new Error(`${reply.status} instead of ${status}: ${JSON.stringify(reply.body)}`);
}

export const anonymous = (shop: RunningShop): Person => new Person(shop);

const personFrom = (shop: RunningShop, { body }: Reply): Person =>
  new Person(shop, { authorization: `Bearer ${body.data.accessToken}` }, body.data.user.email, body.data.user.id);

export async function register(shop: RunningShop, headers?: Readonly<Record<string, string>>): Promise<Person> {
  const body = { email: `an-${randomUUID()}@example.com`, password: 'a-long-Password-1', name: 'Nguyễn Văn An' };
  return personFrom(shop, expectStatus(201, await shop.post('/auth/register', { body, ...(headers && { headers }) })));
}

export async function logIn(
  shop: RunningShop,
  account: { readonly email: string; readonly password: string },
  headers?: Readonly<Record<string, string>>,
): Promise<Person> {
  return personFrom(
    shop,
    expectStatus(200, await shop.post('/auth/login', { body: account, ...(headers && { headers }) })),
  );
}

export interface Drink {
  readonly productId: string;
  readonly variantId: string;
  readonly sku: string;
  readonly price: number;
}

/** Adds a new product as staff. A test makes its own product, so that other tests do not use its stock. */
export async function listDrink(admin: Person, { stock = 20, price = 50_000 } = {}): Promise<Drink> {
  const [categories, brands] = await Promise.all([admin.get('/categories'), admin.get('/brands')]);
  const variant = (name: string) => ({ name, type: 'size', priceAdjustment: 0, stock });
  const listed = await admin.post('/admin/products', {
    body: {
      name: `Cà phê ${randomUUID().slice(0, 8)}`,
      description: 'Rang xay trong ngày, pha từng ly một.',
      basePrice: price,
      categoryId: categories.body.data[0].id,
      brandId: brands.body.data[0].id,
      variants: [variant('Vừa'), variant('Lớn')],
    },
  });
  const product = expectStatus(201, listed).body.data;
  const { id, sku } = product.variants[0];
  const drink = { productId: product.id, variantId: id, sku, price };
  await eventually(async () => {
    if ((await stockOf(admin, drink)).available !== stock) throw new Error(`no stock of ${sku}`);
  });
  return drink;
}

export async function stockOf(admin: Person, { sku }: Pick<Drink, 'sku'>): Promise<any> {
  const { data } = expectStatus(200, await admin.get(`/admin/inventory?sku=${sku}`)).body;
  return data[0] ?? {};
}

/** The charges of an order that the sandbox provider has stored, independently of the shop. */
export const chargesOf = async (admin: Person, orderId: string): Promise<any[]> =>
  expectStatus(200, await admin.get(`/admin/sandbox/charges?orderId=${orderId}`)).body.data;

export const mailsTo = async (admin: Person, email: string): Promise<any[]> =>
  expectStatus(200, await admin.get(`/admin/mailbox?to=${encodeURIComponent(email)}&limit=100`)).body.data;
