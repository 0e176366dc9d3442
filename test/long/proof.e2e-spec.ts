import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkOrderEvidence } from '#ordering/evidence/order-evidence.config';
import { SealKey } from '#event-store';
import { canonicalJson } from '#platform/canonical';
import { chainHash } from '../../libs/event-store/src/seals/chain';
import { attest } from '../../libs/event-store/src/verifications/evidence';
import { merkleRoot } from '../../libs/event-store/src/seals/merkle';
import { eventually } from '../support/eventually';
import { openShop, type OpenShop } from '../support/open-shop';
import { chargesOf, expectStatus, mailsTo, register, listDrink, type Drink, type Person } from '../support/people';
import { shopCommand, type Printed } from '../support/shop-command';

jest.setTimeout(120_000); // a command takes a second or two, on a busy machine more

const SECRET = Buffer.alloc(32, 9).toString('base64');
const FORMER = Buffer.alloc(32, 8).toString('base64');

describe('What happened to an order', () => {
  let open: OpenShop;
  let admin: Person;
  let an: Person;
  let drink: Drink;
  let id: string;
  let other: string;
  let folder: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'proof-'));
    const keys = { SEAL_SIGNING_KEY: SECRET, SEAL_FORMER_KEYS: FORMER };
    open = await openShop(keys);
    env = { DATABASE_URL: open.database.url, DATA_DIR: open.shop.dataDir, LOG_LEVEL: 'error', ...keys };
    admin = open.admin;
    an = await register(open.shop);
    drink = await listDrink(admin, { stock: 1_000 });
    const buy = async () => {
      const { id } = await an.buy(drink.variantId, 'tok_ok', 2);
      await an.waitForStatus(id, 'confirmed');
      return id as string;
    };
    [id, other] = [await buy(), await buy()];
    expectStatus(200, await admin.post(`/admin/orders/${id}/accept`));
    // The test waits until all messages are handled, so that the counts below do not change by themselves.
    await eventually(async () => {
      const sources = (await ask(`/admin/orders/${id}/timeline`)).map(({ source }: any) => source);
      expect(sources).toEqual(expect.arrayContaining(['notification', 'points', 'stock', 'payment', 'process']));
    });
  }, 240_000);
  afterAll(async () => {
    await open?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = async (path: string) => expectStatus(200, await admin.get(path)).body.data;
  const shop = (...args: string[]) => shopCommand(env, ...args);
  const json = ({ code, out, err }: Printed) => {
    if (err) throw new Error(`exit code ${code}: ${err}`);
    return JSON.parse(out);
  };
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  describe('with other events (what-if)', () => {
    const whatIf = (body: object, of = id) => admin.post(`/admin/orders/${of}/what-if`, { body });

    it('shows what the sagas would have requested', async () => {
      const {
        actual,
        whatIf: hypothetical,
        changes,
        process,
        notes,
      } = expectStatus(200, await whatIf({ leaveOut: [2] })).body.data;
      expect(actual).toEqual(await ask(`/admin/orders/${id}/state`));
      expect(actual.contact.email).toBe(an.email);
      expect(hypothetical).toMatchObject({ status: 'pending', version: 2, contact: { email: an.email } });
      expect(changes).toContainEqual({ path: 'status', before: 'accepted', after: 'pending' });
      const typesOf = (asks: { type: string }[]) => asks.map(({ type }) => type);
      expect(process.checkout.actual.step).toBe('confirmed');
      expect(typesOf(process.checkout.actual.asks)).toEqual([
        'inventory.reserve-stock.v1',
        'payments.take-payment.v1',
        'inventory.commit-stock.v1',
        'ordering.confirm-order.v1',
      ]);
      expect(process.checkout.whatIf.step).toBe('confirming');
      expect(process.refunds).toEqual({
        actual: { step: 'none', asks: [] },
        whatIf: { step: 'none', asks: [] },
        differs: false,
      });
      expect(notes).toContainEqual('OrderAccepted (version 2, as it was) changes nothing: the order is pending');
      expect(JSON.stringify(process)).not.toContain('tok_ok');
    });

    it('accepts other data, and additional events', async () => {
      const [placed, confirmed] = await ask(`/admin/orders/${id}/events`);
      const otherData = { ...placed.data, total: { amount: 7_000, currency: 'VND' } };
      const change = expectStatus(200, await whatIf({ change: [{ version: 1, data: otherData }] })).body.data;
      expect(change.changes).toEqual([{ path: 'total.amount', before: 100_000, after: 7_000 }]);
      expect(change.process.checkout.whatIf.asks[1].body.amount).toEqual({ amount: 7_000, currency: 'VND' });

      const refundId = randomUUID();
      const amount = confirmed.data.paid;
      const add = [
        { after: 3, type: 'RefundRequested', data: { refundId, amount, reason: 'cold' } },
        { after: 3, type: 'OrderRefunded', data: { refundId, amount } },
      ];
      const refunded = expectStatus(200, await whatIf({ add })).body.data;
      expect(refunded.whatIf).toMatchObject({ status: 'refunded', version: 5, payment: { status: 'refunded' } });
      expect(refunded.process.refunds).toMatchObject({ actual: { step: 'none' }, whatIf: { step: 'refunded' } });
      expect(refunded.process.refunds.whatIf.asks[0]).toMatchObject({ type: 'payments.refund-payment.v1' });
    });

    it('is refused if the events do not fit together; the refusal names the wrong fields', async () => {
      const fields = async (body: object) => {
        const { error } = expectStatus(400, await whatIf(body)).body;
        expect(error.code).toBe('VALIDATION_ERROR');
        return error.details.map(({ field }: { field: string }) => field);
      };
      expect(await fields({})).toEqual(['leaveOut']);
      expect(await fields({ leaveOut: [2, 9, 2] })).toEqual(['leaveOut.1', 'leaveOut.2']);
      const paid = { amount: -5, currency: 'VND' };
      const confirmed = { paymentId: randomUUID(), method: 'card', provider: 'x', chargeId: null, paid, tip: 1 };
      expect(await fields({ change: [{ version: 2, data: confirmed }] })).toEqual([
        'change.0.data.paid.amount',
        'change.0.data',
      ]);
      expect(await fields({ change: [{ version: 2, data: {}, schemaVersion: 9 }] })).toEqual(['change.0.data']);
      expect(await fields({ add: [{ after: 4, type: 'OrderAccepted', data: {} }] })).toEqual(['add.0.after']);
      expect(await fields({ add: [{ after: 1, type: 'OrderEaten', data: {} }] })).toEqual(['add.0.type']);
      expect((await whatIf({ leaveOut: [1] }, randomUUID())).status).toBe(404);
      expect((await an.post(`/admin/orders/${id}/what-if`, { body: { leaveOut: [1] } })).status).toBe(403);
    });

    it('changes no table, no sequence, no charge and no letter', async () => {
      const countRows = async () => {
        const tables = await open.database.admin<{ name: string }>(
          `select format('%I.%I', schemaname, tablename) as name from pg_tables
           where schemaname not in ('pg_catalog', 'information_schema')
             and schemaname <> 'audit' -- it records each request, and changes again a moment later
             and tablename <> 'order_mac_instances' -- the command line registers itself there
           order by 1`,
        );
        expect(tables.length).toBeGreaterThan(40);
        const counts = await open.database.admin<object>(
          tables.map(({ name }) => `select '${name}' as name, count(*)::int as rows from ${name}`).join(' union all ') +
            ' order by 1',
        );
        // The sequences of the audit trail change with each request.
        const sequences = await open.database.admin<object>(
          `select schemaname, sequencename, last_value::text from pg_sequences where schemaname <> 'audit' order by 1, 2`,
        );
        return { counts, sequences, charges: await chargesOf(admin, id), mails: await mailsTo(admin, an.email) };
      };
      expectStatus(200, await admin.get(`/admin/orders/${other}/evidence`)); // seals the log, so that this does not happen during the test
      const walks = 'select relation from ordering.projection_walks'; // the first drift check writes a row for each read model
      await eventually(async () => expect(await open.database.admin(walks)).toHaveLength(3));
      const before = await countRows();
      const add = [
        { after: 1, type: 'CancellationRequested', data: { by: 'customer', reason: null } },
        { after: 3, type: 'OrderCompleted', data: { collected: { amount: 0, currency: 'VND' } } },
      ];
      for (let n = 0; n < 5; n++) expectStatus(200, await whatIf({ leaveOut: [2], add }));
      json(await shop('orders', 'what-if', id, '--leave-out', '2', '--json'));
      expect(await countRows()).toEqual(before);
    });

    it('works from the command line too', async () => {
      const args = [
        'orders',
        'what-if',
        id,
        '--leave-out',
        '3',
        '--add',
        '2:OrderCompleted={"collected":{"amount":0,"currency":"VND"}}',
      ];
      expect(json(await shop(...args, '--json'))).toMatchObject({
        actual: { status: 'accepted' },
        whatIf: { status: 'completed' },
      });
      const printed = await shop(...args);
      expect([printed.code, printed.out]).toEqual([0, expect.stringContaining('status: accepted → completed')]);
      const wrong = await shop('orders', 'what-if', id, '--add', '2:OrderCompleted={"collected":5}');
      expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('add.0.data.collected')]);
      expect((await shop('orders', 'what-if', id, '--add', '2:OrderEaten')).code).toBe(2);
      expect((await shop('orders', 'what-if', randomUUID(), '--leave-out', '1')).code).toBe(2);
    });
  });

  it('is refused on the command line for a part of the log that does not exist', async () => {
    for (const words of [
      ['verify', '--from', '100000'],
      ['verify', '--from', '2', '--to', '1'],
      ['export', '--from', '100000'],
    ])
      expect(await shop('events', ...words)).toMatchObject({
        code: 2,
        out: '',
        err: expect.stringContaining('Invalid input'),
      });
  });

  describe('can be proved', () => {
    let text: string;
    let fresh: any;
    const verify = (path: string, ...more: string[]) => shop('orders', 'verify-evidence', path, '--json', ...more);
    const refusal = async (text: string) => {
      const { code, out } = await verify(file('forged.json', text));
      return [code, JSON.parse(out).refusal];
    };
    const refusalOf = (text: string) =>
      (checkOrderEvidence(text, new SealKey(SECRET).trusted) as { refusal?: string }).refusal;

    it('by one file, which is the same every time', async () => {
      const answer = await fetch(`${open.shop.url}/api/v1/admin/orders/${id}/evidence`, { headers: admin.headers });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="order-${id}.evidence.json"`);
      text = await answer.text();
      expect(text).toBe(`${canonicalJson(JSON.parse(text))}\n`);
      const events = await ask(`/admin/orders/${id}/events`);
      const evidence = JSON.parse(text);
      expect(evidence.events.map(({ hash }: any) => hash)).toEqual(events.map(({ hash }: any) => hash));
      for (const personal of ['Nguyễn Văn An', '0901234567', an.email, 'tok_ok']) expect(text).not.toContain(personal);
      const printed = await shop('orders', 'evidence', id);
      expect([printed.code, printed.out]).toEqual([0, text]);
      const out = join(folder, 'order.json');
      expect(json(await shop('orders', 'evidence', id, '--out', out, '--json'))).toMatchObject({
        orderId: id,
        file: out,
      });
      expect(readFileSync(out, 'utf8')).toBe(text);
      expect((await admin.get(`/admin/orders/${randomUUID()}/evidence`)).status).toBe(404);
      expect((await an.get(`/admin/orders/${id}/evidence`)).status).toBe(403);
    });

    it('immediately after it happened', async () => {
      const { id: bought } = await an.buy(drink.variantId, 'tok_ok', 1);
      const { status, body } = await admin.get(`/admin/orders/${bought}/evidence`);
      fresh = body;
      expect([status, body.events[0].fields[6]]).toEqual([200, 'OrderPlaced']);
      expect(json(await verify(file('fresh.json', `${canonicalJson(body)}\n`)))).toMatchObject({ valid: true });
    });

    it('to somebody who has the public key and nothing else', async () => {
      const good = file('good.json', text);
      const { keys } = json(await shop('events', 'public-key', '--json'));
      expect(keys).toEqual([
        { id: new SealKey(SECRET).id, publicKey: expect.stringMatching(/^[0-9a-f]{64}$/), current: true },
        { id: new SealKey(FORMER).id, publicKey: expect.any(String), current: false },
      ]);
      // There is no database and no secret.
      const offline = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing', DATA_DIR: join(folder, 'elsewhere') };
      const verifyOffline = (...args: string[]) => shopCommand(offline, 'orders', 'verify-evidence', good, ...args);
      const byKey = await verifyOffline('--public-key', keys[0].publicKey, '--json');
      expect([byKey.code, json(byKey)]).toMatchObject([
        0,
        { valid: true, orderId: id, events: 3, keyIds: [keys[0].id] },
      ]);
      expect((await verifyOffline('--public-key', file('key.txt', `${keys[0].publicKey}\n`))).out).toContain(
        'all 3 events',
      );
      const formerOnly = await verifyOffline('--public-key', keys[1].publicKey);
      expect([formerOnly.code, formerOnly.out]).toEqual([1, expect.stringContaining('once for each of its keys')]);
      const current = ['--public-key', keys[0].publicKey];
      const former = ['--public-key', keys[1].publicKey];
      for (const given of [
        [...current, ...former],
        [...former, ...current],
        ['--public-key', `${keys[1].publicKey},${keys[0].publicKey}`],
      ])
        expect((await verifyOffline(...given)).code).toBe(0);
      // The key in the file itself is not trusted. Without another key, the file cannot be checked.
      expect(await verifyOffline('--json')).toMatchObject({ code: 2, out: '' });
      const untrusted = await verifyOffline('--public-key', 'ab'.repeat(32), '--json');
      expect([untrusted.code, JSON.parse(untrusted.out)]).toMatchObject([1, { valid: false, refusal: 'untrusted' }]);
      expect((await verifyOffline('--public-key', 'nonsense')).code).toBe(2);
      expect((await shop('orders', 'verify-evidence', join(folder, 'nothing.json'))).code).toBe(2);
    });

    it('but not by a file with a changed amount, even if all hashes and roots are computed again', async () => {
      const forged = JSON.parse(text);
      const confirmed = forged.events[1];
      confirmed.fields[8] = confirmed.fields[8].replace('100000', '1000');
      expect(confirmed.fields[8]).not.toContain('100000');
      for (const [index, event] of forged.events.entries()) {
        if (index > 1 && Number(event.fields[2]) === Number(forged.events[index - 1].fields[2]) + 1)
          event.fields[1] = forged.events[index - 1].hash;
        event.hash = chainHash(event.fields);
        event.path = [];
        event.seal = Number(event.fields[2]);
      }
      const [seal] = forged.seals;
      forged.seals = forged.events.map(({ fields, hash }: any) => ({
        ...seal,
        ...{ position: Number(fields[2]), after: Number(fields[2]) - 1, root: merkleRoot([hash]), hash },
      }));
      expect(await refusal(`${canonicalJson(forged)}\n`)).toEqual([1, 'seal']);
      // The file is also refused if somebody signs it again with their own key, and puts this key into the file.
      const foreignKey = new SealKey(FORMER.replace('C', 'D'));
      let previous = '';
      forged.seals = forged.seals.map(({ previous: _, ...one }: any) => {
        const signed = foreignKey.sign({ ...one, sealedAt: new Date(one.sealedAt) }, previous);
        const copy = { ...signed, sealedAt: one.sealedAt, previous };
        previous = signed.signature;
        return copy;
      });
      const { signature: _, ...rest } = { ...forged, keys: foreignKey.trusted.all };
      const resigned = attest(foreignKey, rest);
      expect(await refusal(resigned)).toEqual([1, 'untrusted']);
      // The resigned file is valid only for somebody who trusts that key.
      expect(
        (await verify(file('theirs.json', resigned), '--public-key', foreignKey.trusted.all[0].publicKey)).code,
      ).toBe(0);
    });

    it('and not by a file in which anything was removed, added or changed', async () => {
      const changed = (change: (copy: any) => void) => {
        const copy = JSON.parse(text);
        change(copy);
        return `${canonicalJson(copy)}\n`;
      };
      const foreign = expectStatus(200, await admin.get(`/admin/orders/${other}/evidence`)).body;
      expect(refusalOf(text)).toBeUndefined();
      expect(await refusal(changed(({ events }) => events.splice(1, 1)))).toEqual([1, 'stream']);
      expect(refusalOf(changed(({ events }) => events.splice(1, 1, foreign.events[1])))).toBe('stream');
      expect(refusalOf(changed((copy) => (copy.orderId = other)))).toBe('stream');
      expect(refusalOf(changed((copy) => (copy.seals = fresh.seals)))).toBe('event');
      expect(refusalOf(changed(({ seals }) => seals.push(...fresh.seals)))).toBe('seal');
      const fact = (copy: any) => copy.timeline.find(({ source, version }: any) => source === 'order' && version === 2);
      expect(refusalOf(changed((copy) => (fact(copy).at = '2020-01-01T00:00:00.000Z')))).toBe('story');
      expect(refusalOf(changed(({ timeline }) => (timeline.at(-1).note = 'nothing')))).toBe('signature');
      expect(refusalOf(text.replace('"about"', ' "about"'))).toBe('form');
      expect(await refusal('not evidence')).toEqual([1, 'form']);
    });

    it('but not after the log itself was changed; then an error is reported', async () => {
      const forge = (from: string, to: string) =>
        open.database.admin(
          `begin; alter table ordering.order_events disable trigger all;
           update ordering.order_events set event_data = replace(event_data::text, '${from}', '${to}')::jsonb
             where order_id = '${other}' and version = 2;
           alter table ordering.order_events enable trigger all;
           alter table ordering.order_events enable trigger order_events_append_only; commit`,
        );
      await forge('100000', '100001');
      const refused = await admin.get(`/admin/orders/${other}/evidence`);
      expect([refused.status, refused.body.error.code]).toEqual([409, 'LOG_TAMPERED']);
      expect((await shop('orders', 'evidence', other)).code).toBe(1);
      const result = await shop('events', 'verify', '--json');
      expect([result.code, JSON.parse(result.out).finding]).toEqual([1, 'altered']);
      await forge('100001', '100000');
      expect((await shop('events', 'verify')).code).toBe(0);
    });

    it('and not after the last event of the order was deleted', async () => {
      const runWithoutTriggers = (statements: string) =>
        open.database.admin(`begin; set local session_replication_role = replica; ${statements}; commit`);
      const last = `from ordering.order_events where order_id = '${other}' and version = 2`;
      await runWithoutTriggers(`create table public.gone as select * ${last}; delete ${last}`);
      const refused = await admin.get(`/admin/orders/${other}/evidence`);
      await runWithoutTriggers('insert into ordering.order_events select * from public.gone; drop table public.gone');
      expect([refused.status, refused.body.error?.code]).toEqual([409, 'LOG_TAMPERED']);
      expectStatus(200, await admin.get(`/admin/orders/${other}/evidence`));
    });
  });

  it('is reported as cut off if the end of the log is missing', async () => {
    // The request for evidence seals a new order. Then the test deletes its events and all rows about them.
    const { id: last } = await an.buy(drink.variantId, 'tok_ok', 1);
    await an.waitForStatus(last, 'confirmed');
    const { events } = expectStatus(200, await admin.get(`/admin/orders/${last}/evidence`)).body;
    const from = Number(events[0].fields[2]);
    await eventually(async () => expect((await admin.post('/admin/events/verify')).body.data.waiting).toBe(0));
    await open.database.admin(
      `begin; set local session_replication_role = replica;
       delete from ordering.order_events where id in (select event_id from ordering.order_log where position >= ${from});
       delete from ordering.order_log where position >= ${from};
       delete from ordering.order_heads where order_id = '${last}'; commit`,
    );
    const { data } = expectStatus(200, await admin.post('/admin/events/verify')).body;
    expect(data).toMatchObject({ valid: false, finding: 'cut', firstBadPosition: from });
    const result = await shop('events', 'verify', '--json');
    expect([result.code, JSON.parse(result.out)]).toMatchObject([1, { finding: 'cut', position: from }]);
  });
});
