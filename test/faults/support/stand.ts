import { setTimeout as pause } from 'node:timers/promises';
import { BackOffice } from '../../support/back-office';
import { productNamed, type Buyer } from '../../support/buyers';
import { eventually } from '../../support/eventually';
import { ADMIN, logIn, shelve } from '../../support/people';
import type { RunningShop } from '../../support/start-shop';
import { ask, callOff, queue, regular, type Sale, type Shelf, type Wish } from './crowd';
import type { Street, StreetDatabase, Till } from './street';

export const STOCKED = 1_000_000;
export const SCARCE = 3;
const REGULARS = 2;
const NO_TILL = 'no till is open';

/** A shop on the street with its own database: its tills, its regulars, and everything that was ever asked of it. */
export class Stand {
  readonly sales: Sale[] = [];
  /** How often buyers were told what. */
  readonly told = new Map<string, number>();
  plentySku = '';
  scarceSku = '';
  private shelf: Shelf = { plenty: '', scarce: [] };
  private regulars: Buyer[] = [];
  private readonly waiting = new Set<Buyer>();
  private turn = 0;

  private constructor(
    readonly database: StreetDatabase,
    readonly tills: Till[],
  ) {}

  /** `by`: another way to its database than straight. */
  static async open(
    street: Street,
    tills: number,
    env: Readonly<Record<string, string>> = {},
    by: (url: string) => Promise<string> = (url) => Promise.resolve(url),
  ): Promise<Stand> {
    const database = await street.database();
    const way = await by(database.url);
    return Stand.of(
      database,
      Array.from({ length: tills }, () => street.till(way, env)),
    );
  }

  /** The tills are opened one after the other. */
  static async of(database: StreetDatabase, tills: readonly Till[]): Promise<Stand> {
    const stand = new Stand(database, [...tills]);
    for (const till of stand.tills) await till.open();
    await stand.furnish();
    return stand;
  }

  /** One more till, which is not opened yet. */
  join(till: Till): Till {
    this.tills.push(till);
    return till;
  }

  private async furnish(): Promise<void> {
    const { shop } = this.tills[0];
    const [office, admin] = await Promise.all([BackOffice.enter(shop), logIn(shop, ADMIN)]);
    const coffee = await productNamed(shop, 'ca-phe-sua-da');
    await office.putStock(coffee.sku, SCARCE);
    const { variantId, sku } = await shelve(admin, { stock: STOCKED, price: 39_000 });
    const [plain, other] = coffee.choices[0].options.map(({ id }) => ({ optionId: id }));
    const scarce = [[plain], [other]].map((modifiers) => ({ variantId: coffee.variantId, quantity: 2, modifiers }));
    this.shelf = { plenty: variantId, scarce };
    [this.plentySku, this.scarceSku] = [sku, coffee.sku];
    for (let n = 0; n < REGULARS; n++) this.regulars.push(await regular(shop));
  }

  /** One that is open, in turn; an `eventually` around it waits for one. */
  get shop(): RunningShop {
    const open = this.tills.filter((till) => till.isOpen);
    if (open.length === 0) throw new Error(NO_TILL);
    return open[this.turn++ % open.length].shop;
  }

  /** One buyer after the other fills a cart, and all of them ask at once; those that get no answer are kept. */
  async sell(wanted: readonly Wish[], shop = () => this.shop): Promise<Sale[]> {
    const sales: Sale[] = [];
    for (const [at, wish] of wanted.entries()) {
      const known = at === 0 ? this.freeRegular() : undefined;
      const sale = await this.whenOpen(() => queue(shop(), this.shelf, wish, known));
      if (!sale && known) this.waiting.delete(known);
      if (!sale) continue;
      sales.push(sale);
      this.sales.push(sale);
    }
    await Promise.all(sales.map((sale) => this.attempt(sale, shop)));
    return sales;
  }

  /** One cart each: whoever still waits for an answer does not fill it again. */
  private freeRegular(): Buyer | undefined {
    const turns = this.regulars.map((_, at) => this.regulars[(at + this.sales.length) % REGULARS]);
    const free = turns.find((buyer) => !this.waiting.has(buyer));
    if (free) this.waiting.add(free);
    return free;
  }

  /** Repeats, with the same keys, what has had no answer, until everything has one. */
  insist(sales: readonly Sale[] = this.sales): Promise<void> {
    return eventually(async () => {
      const open = sales.filter(({ orderId }) => !orderId);
      await Promise.all(open.map((sale) => this.attempt(sale)));
      const left = open.filter(({ orderId }) => !orderId);
      if (left.length > 0) throw new Error(`${left.length} orders have had no answer`);
    }, 60_000);
  }

  /** Once, without asking whether a till is open. */
  async attempt(sale: Sale, shop = () => this.shop): Promise<void> {
    try {
      this.note('order', await ask(shop(), sale));
      if (sale.orderId) this.waiting.delete(sale.buyer);
    } catch (error) {
      if ((error as Error).message !== NO_TILL) throw error;
    }
  }

  /** Those who think again: while they pay, or when their order is confirmed. */
  async takeBack(sales: readonly Sale[]): Promise<void> {
    const may = sales.filter(
      ({ wish, orderId, calledOff }) => /regretted|returned/.test(wish) && orderId && !calledOff,
    );
    if (may.length === 0) return;
    const ready = await this.database.query<{ id: string; wish: Wish }>(
      `select order_id as id, 'returned' as wish from ordering.order_events where order_id = any($1::uuid[]) and event_type = 'OrderConfirmed'
       union all select order_id, 'regretted' from payments.payments where order_id = any($1::uuid[])`,
      [may.map(({ orderId }) => orderId)],
    );
    const calling = may.filter(({ orderId, wish }) => ready.some((one) => one.id === orderId && one.wish === wish));
    await Promise.all(calling.map((sale) => callOff(this.shop, sale)));
  }

  private note(what: string, status: number): void {
    const line = `${what} ${status === 0 ? 'without an answer' : status}`;
    this.told.set(line, (this.told.get(line) ?? 0) + 1);
  }

  /** Tries while a till dies under it; undefined when none is open. */
  private async whenOpen<T>(work: () => Promise<T>): Promise<T | undefined> {
    for (let tries = 0; tries < 3; tries++) {
      if (!this.tills.some((till) => till.isOpen)) return undefined;
      try {
        return await work();
      } catch (error) {
        this.note('cart', Number(/(\d{3})/.exec((error as Error).message)?.[1] ?? 0));
        await pause(20); // it died in the meantime: the next one answers
      }
    }
    return undefined;
  }
}
