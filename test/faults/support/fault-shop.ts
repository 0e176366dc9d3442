import { setTimeout as pause } from 'node:timers/promises';
import { BackOffice } from '../../support/back-office';
import { productNamed, type Buyer } from '../../support/buyers';
import { eventually } from '../../support/eventually';
import { ADMIN, logIn, listDrink } from '../../support/people';
import type { RunningShop } from '../../support/start-shop';
import {
  placeSale,
  cancelSale,
  fillCart,
  registerRegular,
  type Sale,
  type Shelf,
  type PurchaseKind,
} from './purchases';
import type { ShopServer, ShopDatabase, ShopProcess } from './shop-server';

export const STOCKED = 1_000_000;
export const SCARCE = 3;
const REGULARS = 2;
const NO_OPEN_PROCESS = 'no process of the shop is open';

/** A shop for fault tests: its database, its processes, its regular buyers, and all purchases so far. */
export class FaultShop {
  readonly sales: Sale[] = [];
  /** The number of answers to buyers, by request and status. */
  readonly answers = new Map<string, number>();
  plentySku = '';
  scarceSku = '';
  private shelf: Shelf = { plenty: '', scarce: [] };
  private regulars: Buyer[] = [];
  private readonly busy = new Set<Buyer>();
  private nextProcess = 0;

  private constructor(
    readonly database: ShopDatabase,
    readonly processes: ShopProcess[],
  ) {}

  /** `changeUrl` changes the database's URL, for example to go through a proxy. */
  static async open(
    shopServer: ShopServer,
    shopProcesses: number,
    env: Readonly<Record<string, string>> = {},
    changeUrl: (url: string) => Promise<string> = (url) => Promise.resolve(url),
  ): Promise<FaultShop> {
    const database = await shopServer.database();
    const url = await changeUrl(database.url);
    return FaultShop.of(
      database,
      Array.from({ length: shopProcesses }, () => shopServer.process(url, env)),
    );
  }

  /** Opens the processes one after the other. */
  static async of(database: ShopDatabase, shopProcesses: readonly ShopProcess[]): Promise<FaultShop> {
    const faultShop = new FaultShop(database, [...shopProcesses]);
    for (const shopProcess of faultShop.processes) await shopProcess.open();
    await faultShop.prepare();
    return faultShop;
  }

  /** Adds a process, without opening it. */
  addProcess(shopProcess: ShopProcess): ShopProcess {
    this.processes.push(shopProcess);
    return shopProcess;
  }

  private async prepare(): Promise<void> {
    const { shop } = this.processes[0];
    const [office, admin] = await Promise.all([BackOffice.logIn(shop), logIn(shop, ADMIN)]);
    const coffee = await productNamed(shop, 'ca-phe-sua-da');
    await office.putStock(coffee.sku, SCARCE);
    const { variantId, sku } = await listDrink(admin, { stock: STOCKED, price: 39_000 });
    const [plain, other] = coffee.choices[0].options.map(({ id }) => ({ optionId: id }));
    const scarce = [[plain], [other]].map((modifiers) => ({ variantId: coffee.variantId, quantity: 2, modifiers }));
    this.shelf = { plenty: variantId, scarce };
    [this.plentySku, this.scarceSku] = [sku, coffee.sku];
    for (let n = 0; n < REGULARS; n++) this.regulars.push(await registerRegular(shop));
  }

  /** One of the open processes. Each call returns the next open process. Throws if no process is open. */
  get shop(): RunningShop {
    const open = this.processes.filter((shopProcess) => shopProcess.isOpen);
    if (open.length === 0) throw new Error(NO_OPEN_PROCESS);
    return open[this.nextProcess++ % open.length].shop;
  }

  /** Fills the carts one after the other, and then places all orders at once. Purchases without an answer stay in `sales`. */
  async sell(wanted: readonly PurchaseKind[], shop = () => this.shop): Promise<Sale[]> {
    const sales: Sale[] = [];
    for (const [at, kind] of wanted.entries()) {
      const regular = at === 0 ? this.freeRegular() : undefined;
      const sale = await this.retryWhileOpen(() => fillCart(shop(), this.shelf, kind, regular));
      if (!sale && regular) this.busy.delete(regular);
      if (!sale) continue;
      sales.push(sale);
      this.sales.push(sale);
    }
    await Promise.all(sales.map((sale) => this.attempt(sale, shop)));
    return sales;
  }

  /**
   * A regular buyer without an open request. Each regular buyer has one cart, which must not be filled while a request
   * is open.
   */
  private freeRegular(): Buyer | undefined {
    const turns = this.regulars.map((_, at) => this.regulars[(at + this.sales.length) % REGULARS]);
    const free = turns.find((buyer) => !this.busy.has(buyer));
    if (free) this.busy.add(free);
    return free;
  }

  /** Repeats the requests without an answer, with the same keys, until all have an answer. */
  repeatUnanswered(sales: readonly Sale[] = this.sales): Promise<void> {
    return eventually(async () => {
      const open = sales.filter(({ orderId }) => !orderId);
      await Promise.all(open.map((sale) => this.attempt(sale)));
      const left = open.filter(({ orderId }) => !orderId);
      if (left.length > 0) throw new Error(`${left.length} orders have had no answer`);
    }, 60_000);
  }

  /** Sends the order once. Does nothing if no process is open. */
  async attempt(sale: Sale, shop = () => this.shop): Promise<void> {
    try {
      this.countAnswer('order', await placeSale(shop(), sale));
      if (sale.orderId) this.busy.delete(sale.buyer);
    } catch (error) {
      if ((error as Error).message !== NO_OPEN_PROCESS) throw error;
    }
  }

  /** Cancels the `regretted` purchases that have a payment, and the `returned` purchases that are confirmed. */
  async cancelSome(sales: readonly Sale[]): Promise<void> {
    const cancellable = sales.filter(
      ({ kind, orderId, isCancelled }) => /regretted|returned/.test(kind) && orderId && !isCancelled,
    );
    if (cancellable.length === 0) return;
    const ready = await this.database.query<{ id: string; kind: PurchaseKind }>(
      `select order_id as id, 'returned' as kind from ordering.order_events where order_id = any($1::uuid[]) and event_type = 'OrderConfirmed'
       union all select order_id, 'regretted' from payments.payments where order_id = any($1::uuid[])`,
      [cancellable.map(({ orderId }) => orderId)],
    );
    const due = cancellable.filter(({ orderId, kind }) => ready.some((one) => one.id === orderId && one.kind === kind));
    await Promise.all(due.map((sale) => cancelSale(this.shop, sale)));
  }

  private countAnswer(what: string, status: number): void {
    const line = `${what} ${status === 0 ? 'without an answer' : status}`;
    this.answers.set(line, (this.answers.get(line) ?? 0) + 1);
  }

  /**
   * If a process dies, repeats the work at another process. Returns undefined if no process is open, or after three
   * failures.
   */
  private async retryWhileOpen<T>(work: () => Promise<T>): Promise<T | undefined> {
    for (let tries = 0; tries < 3; tries++) {
      if (!this.processes.some((shopProcess) => shopProcess.isOpen)) return undefined;
      try {
        return await work();
      } catch (error) {
        this.countAnswer('cart', Number(/(\d{3})/.exec((error as Error).message)?.[1] ?? 0));
        await pause(20); // the process has perhaps died, so the next attempt uses another process
      }
    }
    return undefined;
  }
}
