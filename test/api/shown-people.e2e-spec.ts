import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually';
import { openShop, type OpenShop } from '../support/open-shop';
import { expectStatus, register, listDrink } from '../support/people';
import type { Reply } from '../support/start-shop';

jest.setTimeout(60_000);

const libs = join(__dirname, '..', '..', 'libs');

/** The operations with the decorator `@ShowsPeople()`. */
const decorated = readdirSync(libs, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.controller.ts'))
  .flatMap((file) => readFileSync(join(libs, file), 'utf8').split('@ShowsPeople()').slice(1))
  .map((after) => /@OperationDoc\(\s*'(\w+)'/.exec(after)![1])
  .sort();

describe('Each person whose data staff read is in the audit trail', () => {
  let open: OpenShop;
  const orders: string[] = [];
  const customers: string[] = [];
  beforeAll(async () => {
    open = await openShop();
    const drink = await listDrink(open.admin, { stock: 100 });
    for (let n = 0; n < 2; n++) {
      const an = await register(open.shop);
      const { id } = await an.buy(drink.variantId, 'tok_ok', 1);
      await an.waitForStatus(id, 'confirmed');
      orders.push(id);
      customers.push(an.userId);
    }
    await eventually(async () =>
      expect((await open.admin.get('/admin/mailbox')).body.data.length).toBeGreaterThanOrEqual(2),
    );
  }, 240_000);
  afterAll(() => open?.close());

  const { get, post } = {
    get: (path: string) => open.admin.get(path.replace('$id', orders[0])),
    post: (path: string, body: object) => open.admin.post(path.replace('$id', orders[0]), { body }),
  };
  const requests: Record<string, () => Promise<Reply>> = {
    askWhatIf: () => post('/admin/orders/$id/what-if', { leaveOut: [2] }),
    diffOrder: () => get('/admin/orders/$id/diff?from=0'),
    exportOrderEvidence: () => get('/admin/orders/$id/evidence'),
    listAllOrders: () => get('/admin/orders?limit=100'),
    listMailbox: () => get('/admin/mailbox?limit=100'),
    viewAnyOrder: () => get('/admin/orders/$id'),
    viewOrderState: () => get('/admin/orders/$id/state?version=1'),
  };
  /** Operations whose answer has only sealed personal values. For these, the audit trail has the order's id. */
  const sealed = ['exportOrderEvidence'];

  it('and every operation with the decorator is tested here', () => {
    expect(decorated).toEqual(Object.keys(requests));
  });

  it.each(Object.keys(requests))('after %s', async (operation) => {
    const { body } = await eventually(async () => expectStatus(200, await requests[operation]()));
    const text = JSON.stringify(body);
    const shown = [...orders, ...(sealed.includes(operation) ? [] : customers)].filter((id) => text.includes(id));
    expect(shown).not.toEqual([]);
    const lines = expectStatus(200, await open.admin.get(`/admin/audit?operation=${operation}`)).body.data;
    const named = lines.flatMap(({ targets }: { targets: string[] }) => targets);
    expect(named).toEqual(expect.arrayContaining(shown));
  });
});
