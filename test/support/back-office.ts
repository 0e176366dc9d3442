import { eventually } from './eventually';
import { ADMIN, expectStatus, logIn, stockOf, type Person } from './people';
import type { Reply, RunningShop } from './start-shop';

export interface Charge {
  readonly orderId: string;
  readonly amount: { readonly amount: number };
  readonly status: 'captured' | 'refunded';
}

export interface Mail {
  readonly orderId: string;
  readonly to: string;
  readonly event: string;
}

/** What an admin reads and does over the API. */
export class BackOffice {
  private constructor(private readonly admin: Person) {}

  static async logIn(shop: RunningShop): Promise<BackOffice> {
    return new BackOffice(await logIn(shop, ADMIN));
  }

  async putStock(sku: string, onHand: number): Promise<void> {
    expectStatus(200, await this.admin.put(`/admin/inventory/${sku}`, { body: { onHand } }));
  }

  async stock(sku: string): Promise<{ onHand: number; reserved: number; available: number }> {
    const { onHand, reserved, available } = await stockOf(this.admin, { sku });
    return { onHand, reserved, available };
  }

  /** The charges that the sandbox provider has stored, independently of the shop. */
  async charges(): Promise<Charge[]> {
    return (await this.get('/admin/sandbox/charges')).body.data;
  }

  mails(): Promise<Mail[]> {
    return this.all('/admin/mailbox');
  }

  orders(): Promise<{ id: string; status: string }[]> {
    return this.all('/admin/orders');
  }

  async verify(): Promise<{ valid: boolean; checked: number; firstBadPosition?: number; reason?: string }> {
    const asked = await this.admin.post('/admin/events/verify');
    if (asked.status !== 202) return expectStatus(200, asked).body.data;
    // If there are many events, the response is 202 and the verification continues. So its result is requested again.
    return eventually(async () => {
      const { data } = (await this.get(`/admin/events/verify/${asked.body.data.id}`)).body;
      return data.state !== 'running' && data.result;
    }, 120_000);
  }

  async get(path: string): Promise<Reply> {
    return expectStatus(200, await this.admin.get(path));
  }

  private async all<Row>(path: string): Promise<Row[]> {
    const rows: Row[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await this.get(`${path}?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      rows.push(...body.data);
      cursor = body.meta.nextCursor;
    }
    return rows;
  }
}
