import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Global, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { times, vnd, type Uuid } from '#kernel';
import { CartOf, type CartOwner } from '#contracts/cart';
import { ContactOf } from '#contracts/customers';
import { CatalogPrices, SkuOwners, type PricedLine, type WantedLine } from '#contracts/catalog';
import { readConfig } from '#platform/config';
import { PrivacyModule } from '#platform/privacy';
import { createShop } from '#platform/serve';
import { InventoryModule } from '#modules/inventory';
import { OrderingModule } from '#modules/ordering';
import { PaymentsModule } from '#modules/payments';
import { CART_TOKEN_SECRET, cartTokens } from '../support/cart-tokens';
import type { TestDatabase } from '../support/test-database';

/** The new cart tokens that came with orders. The key is the token with which the order was placed. */
const newTokens = new Map<string, string>();

const carts = new Map<string, { cartId: Uuid; version: number; lines: WantedLine[] }>();

class FakeCarts extends CartOf {
  async find(owner: CartOwner) {
    return owner.kind === 'guest' ? carts.get(owner.cartToken) : undefined;
  }

  async returnLines() {
    // no test reads these carts after an order
  }
}
/** Every variant costs 30,000 ₫. The id of a variant is its SKU. */
class FakePrices extends CatalogPrices {
  async price(lines: readonly WantedLine[]): Promise<PricedLine[]> {
    const unitPrice = vnd(30_000);
    return lines.map(({ variantId, quantity }) => ({
      ...{ productId: variantId, variantId, sku: variantId, name: 'Cà phê sữa đá', variantName: 'M', imageUrl: null },
      ...{ quantity, modifiers: [], unitPrice, lineTotal: times(unitPrice, quantity), available: 10 },
    }));
  }
}

@Global()
@Module({
  imports: [PrivacyModule],
  providers: [
    { provide: CartOf, useClass: FakeCarts },
    { provide: CatalogPrices, useClass: FakePrices },
    { provide: ContactOf, useValue: { customer: async () => undefined } },
    { provide: SkuOwners, useValue: { ownerOf: async () => undefined, currentSkus: async () => new Map() } },
  ],
  exports: [CartOf, CatalogPrices, ContactOf, SkuOwners],
})
class FakeQuestions {}

export interface SmallShop {
  readonly app: NestFastifyApplication;
  readonly database: TestDatabase;
  /** Adds a new SKU with this stock. Returns the SKU. */
  shelve(onHand: number): Promise<string>;
  stockOf(sku: string): Promise<{ onHand: number; reserved: number } | undefined>;
  send(url: string, token: string, payload: object, headers?: Record<string, string>): Promise<Response>;
  order(token: string, payload?: object, how?: { key?: string; wait?: number }): Promise<Response>;
  /**
   * Cancels an order. `token` is the cart token with which the order was placed. The request sends the new token that
   * came with the order.
   */
  cancel(id: string, token: string, payload: object): Promise<Response>;
  viewOrder(id: string, token: string): Promise<Seen>;
  /** Closes the shop, but keeps its database. Another shop can then be opened on this database. */
  close(): Promise<void>;
  /** Closes the shop, and drops its database. */
  clear(): Promise<void>;
}

type Response = Awaited<ReturnType<NestFastifyApplication['inject']>>;
export interface Seen {
  readonly status: string;
  readonly payment: { readonly status: string };
}

/** Makes a guest's cart with one line. Returns the cart token. */
export function fillCart(sku: string, quantity = 1): string {
  const token = cartTokens.issue().text;
  carts.set(token, { cartId: randomUUID(), version: 1, lines: [{ variantId: sku, quantity, modifiers: [] }] });
  return token;
}

export const body = (token = 'tok_ok', method = 'card') => ({
  contact: { name: 'An', phone: '0901234567', email: 'an@example.com' },
  fulfilment: { type: 'pickup' },
  payment: method === 'card' ? { method, token } : { method },
});

export async function waitUntil<T>(look: () => Promise<T>, fits: (seen: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 200; tries++) {
    const seen = await look();
    if (fits(seen)) return seen;
    await pause(50);
  }
  throw new Error(`the expected state did not come within 10 s; the last state is ${JSON.stringify(await look())}`);
}

/**
 * The folder with the secrets, for each database. A second shop on the same database needs the secrets of the first
 * shop, to read the sealed values.
 */
const dataDirs = new WeakMap<TestDatabase, string>();

/** Ordering with the real inventory and payments, on Postgres. Carts and prices are fakes. */
export async function openSmallShop(database: TestDatabase, settings: Record<string, string> = {}): Promise<SmallShop> {
  const dataDir = dataDirs.get(database) ?? mkdtempSync(join(tmpdir(), 'shop-checkout-'));
  dataDirs.set(database, dataDir);
  const env = {
    DATA_DIR: dataDir,
    CART_TOKEN_SECRET,
    DATABASE_URL: database.url,
    RATE_LIMIT_API: '0',
    PAYMENT_TIMEOUT_MS: '300',
  };
  const quiet = { log: () => undefined, warn: () => undefined, error: console.error };
  const modules = [InventoryModule, PaymentsModule, OrderingModule, FakeQuestions];
  const contexts = ['inventory', 'payments', 'ordering'] as const;
  const app = await createShop(modules, readConfig({ ...env, ...settings }), { contexts, logger: quiet });

  let closing: Promise<void> | undefined;
  const close = () => (closing ??= app.close());
  const send: SmallShop['send'] = (url, token, payload, headers = {}) =>
    app.inject({ method: 'POST', url: `/api/v1${url}`, payload, headers: { 'x-cart-token': token, ...headers } });
  return {
    app,
    database,
    async shelve(onHand) {
      const sku = randomUUID();
      await database.admin('insert into inventory.stock (sku, on_hand) values ($1, $2)', [sku, onHand]);
      return sku;
    },
    async stockOf(sku) {
      const sql = 'select on_hand as "onHand", reserved from inventory.stock where sku = $1';
      return (await database.admin<{ onHand: number; reserved: number }>(sql, [sku]))[0];
    },
    send,
    async order(token, payload = body(), { key = randomUUID(), wait = 0 } = {}) {
      const headers = { 'idempotency-key': key, ...(wait && { prefer: `wait=${wait}` }) };
      const reply = await send('/orders', token, payload, headers);
      const after = reply.headers['x-cart-token'];
      if (after) newTokens.set(token, String(after));
      return reply;
    },
    cancel: (id, token, payload) => send(`/orders/${id}/cancel`, newTokens.get(token) ?? token, payload),
    async viewOrder(id, token) {
      const headers = { 'x-cart-token': newTokens.get(token) ?? token };
      return (await app.inject({ method: 'GET', url: `/api/v1/orders/${id}`, headers })).json().data;
    },
    close,
    async clear() {
      await close();
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
