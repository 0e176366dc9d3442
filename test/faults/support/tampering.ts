import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { checkOrderEvidence } from '#ordering/evidence/order-evidence.config';
import { checkExport, SealKey } from '#event-store';
import { EVENT_MAC_KEY } from '../../../libs/event-store/src/testing/store';
import { eventually } from '../../support/eventually';
import { ADMIN, anonymous, expectStatus, logIn, register, listDrink, type Person } from '../../support/people';
import { startShop, type RunningShop } from '../../support/start-shop';
import { testDatabase, type TestDatabase } from '../../support/test-database';
import { kinds, STORE, storeTables, type KindName, type Scene } from './tampering-kinds';
import { TamperingLogins, type Attempt, type Login } from './tampering-logins';
import { query } from './what-is-left';

const SEAL_SIGNING_KEY = Buffer.alloc(32, 9).toString('base64');
export const trusted = new SealKey(SEAL_SIGNING_KEY).trusted;
const keys = { SEAL_SIGNING_KEY, EVENT_MAC_KEY, LOG_LEVEL: 'info' };
const WATCH_MS = 14_000;
const REFUNDS = 52; // each refund makes two events. A snapshot is stored after a hundred events

export interface Observations {
  /** The findings of a verification of the events and of the audit trail. */
  readonly verify: string;
  /** What the running shop reports in `/health` and in its log. */
  readonly watch: readonly string[];
  /** What the next start of the shop reports. */
  readonly start: string;
  /** The result of checking the evidence and the export without the shop. Both files are fetched after the change. */
  readonly offline: string;
}

export interface Outcome extends Attempt, Partial<Observations> {
  /** The number of seals that the shop made after the change. It must be 0: a new seal would sign changed data. */
  readonly signed: number;
}

export const NOTHING = '–';
/** The health checks about stored data. Other checks, for example about a slow database, do not count. */
const dataHealthChecks = ['event-log', 'ordering:log', 'audit-trail', 'personal-keys'];

/** Patterns of log lines, and their short names. */
const logPatterns: readonly (readonly [RegExp, string])[] = [
  [/at position \d+ it is not what was sealed/, 'rewritten'],
  [/it was sealed up to \d+ and ends at/, 'behind'],
  [/the seal at position \d+ (is gone|is not signed by this shop, or)/, 'seal'],
  [/sealing failed/, 'sealing refused'],
  [/cannot be numbered and was put aside/, 'put aside'],
  [/the snapshot of order \S+ is wrong/, 'snapshot thrown away'],
  [/: the row of order \S+ is (changed|missing|extra)/, 'drift'],
  [/the checkpoint of \S+ was set back/, 'set back'],
  [/Personal values of \S+ cannot be read/, 'values unreadable'],
  [/customers and guests have no key/, 'key missing'],
  [/the audit trail (was|is not|ends|has)/, 'audit trail'],
  [/without an erasure/, 'key destroyed'],
];
const sealPatterns = logPatterns.slice(0, 3).map(([pattern]) => pattern);
const namesOfLoggedFaults = (output: string): string[] =>
  logPatterns.filter(([pattern]) => pattern.test(output)).map(([, name]) => name);

/** A closed shop with some orders. Each `TamperedShop` starts with a copy of its database and data folder. */
export class TamperingTemplate {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'shop-tampering-'));
  scene!: Scene;

  private constructor(
    readonly server: string,
    readonly database: TestDatabase,
    readonly logins: TamperingLogins,
  ) {}

  static async make(): Promise<TamperingTemplate> {
    const server = process.env['SHOP_TEST_POSTGRES']!;
    const template = new TamperingTemplate(server, await testDatabase(), await TamperingLogins.create(server));
    await template.sell();
    return template;
  }

  get name(): string {
    return new URL(this.database.url).pathname.slice(1);
  }

  async drop(): Promise<void> {
    await this.database.drop();
    await this.logins.drop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  private async sell(): Promise<void> {
    const shop = await startShop({ dataDir: this.dataDir, env: { DATABASE_URL: this.database.url, ...keys } });
    try {
      const admin = await logIn(shop, ADMIN);
      const { variantId } = await listDrink(admin, { stock: 1_000 });
      const buyAndWait = async (who: Person, paymentToken: string, status: string, quantity = 1): Promise<string> => {
        const { id } = await who.buy(variantId, paymentToken, quantity);
        await who.waitForStatus(id, status);
        return id as string;
      };
      const guest = async () => {
        const reply = await anonymous(shop).addToCart(variantId);
        return anonymous(shop).withHeaders({ 'x-cart-token': reply.headers.get('x-cart-token')! });
      };
      const waitForSeal = async (id: string) => expectStatus(200, await admin.get(`/admin/orders/${id}/evidence`));

      const an = await register(shop);
      const target = await buyAndWait(an, 'tok_ok', 'confirmed', 2);
      for (const step of ['accept', 'prepare', 'ready', 'complete'])
        await admin.post(`/admin/orders/${target}/${step}`);
      await waitForSeal(await buyAndWait(await register(shop), 'tok_declined', 'cancelled'));
      await waitForSeal(target);
      const long = await buyAndWait(await register(shop), 'tok_ok', 'confirmed', 10);
      await this.makeRefunds(admin, long);
      await waitForSeal(long);
      await this.copyAsOlderBackup();
      const unwanted = await buyAndWait(await register(shop), 'tok_ok', 'confirmed');
      await admin.post(`/admin/orders/${unwanted}/cancel`, { body: { reason: 'no milk' } });
      const inCash = await guest();
      await waitForSeal(await buyAndWait(inCash, 'cash', 'confirmed'));
      await this.waitForAuditSeals(1);
      const last = await buyAndWait(await register(shop), 'tok_ok', 'confirmed', 3);
      await admin.post(`/admin/orders/${last}/accept`);
      await this.waitForAuditSeals(2);
      await this.waitUntilNumbered();
      await shop.stop();
      this.scene = await this.readScene(target, long, last);
    } finally {
      await shop.stop();
    }
  }

  private async makeRefunds(admin: Person, id: string): Promise<void> {
    const body = { reason: 'cold', amount: { amount: 1_000, currency: 'VND' } };
    const refund = (n: number) =>
      admin.post(`/admin/orders/${id}/refunds`, { headers: { 'idempotency-key': `${id}-${n}` }, body });
    // If the result of the previous refund is stored at the same moment, the request fails. Then it is repeated.
    for (let n = 0; n < REFUNDS; n++) await eventually(async () => void expectStatus(201, await refund(n)), 10_000);
    await eventually(async () => {
      const sql = `select count(*)::int as count from ordering.order_events where event_type = 'OrderRefunded'`;
      expect((await this.database.admin<{ count: number }>(sql))[0].count).toBeGreaterThanOrEqual(REFUNDS);
    }, 30_000);
    await admin.post(`/admin/orders/${id}/accept`);
    await eventually(async () =>
      expect(await this.database.admin('select 1 from ordering.order_snapshots')).not.toEqual([]),
    );
  }

  /** Waits until the audit trail has this number of seals. New lines are sealed every ten seconds. */
  private waitForAuditSeals(wanted: number): Promise<void> {
    return eventually(async () => {
      const [{ count }] = await this.database.admin<{ count: number }>('select count(*)::int from audit.seals');
      expect(count).toBeGreaterThanOrEqual(wanted);
    }, 30_000);
  }

  /** Copies the tables into the schema `older`, which stands for an older backup. */
  private async copyAsOlderBackup(): Promise<void> {
    await this.waitUntilNumbered();
    await this.database.admin('create schema older; grant usage on schema older to public');
    const tables = await this.database.admin<{ relation: string }>('select relation from ordering.projection_tables');
    for (const name of [...STORE, 'projection_checkpoints', ...tables.map(({ relation }) => relation)])
      await this.database.admin(`create table older."${name}" as table ordering."${name}"`);
    await this.database.admin('grant select on all tables in schema older to public');
  }

  /** Waits until all events are numbered, and their number does not change for a second. */
  private async waitUntilNumbered(): Promise<void> {
    const sql = `select (select count(*) from ordering.order_events)::int as events,
      (select count(*) from ordering.order_log)::int as numbered`;
    for (let before = -1, unchanged = 0; unchanged < 4; await pause(250)) {
      const [{ events, numbered }] = await this.database.admin<{ events: number; numbered: number }>(sql);
      unchanged = events === numbered && events === before ? unchanged + 1 : 0;
      before = events;
    }
  }

  private async readScene(target: string, long: string, last: string): Promise<Scene> {
    const { admin } = this.database;
    const firstEventOf = async (orderId: string) => {
      const sql = `select l.position::int, e.event_data->>'subject' as subject from ordering.order_log l
        join ordering.order_events e on e.id = l.event_id where e.order_id = $1 and e.version = 1`;
      const [{ position, subject }] = await admin<{ position: number; subject: string }>(sql, [orderId]);
      return { orderId, position, subject };
    };
    const seals = await admin<{ position: number }>('select position::int from ordering.order_seals order by 1');
    const [{ head }] = await admin<{ head: number }>('select max(position)::int as head from ordering.order_log');
    const positions = seals.map(({ position }) => position);
    return {
      target: await firstEventOf(target),
      long: { orderId: long },
      last: await firstEventOf(last),
      seals: positions,
      head,
    };
  }
}

interface Files {
  readonly evidence: ReadonlyMap<string, string>;
  readonly exported: { readonly events: number; readonly hash: string };
}

/** A running shop on a copy of the template. Its data is changed again and again, and restored each time. */
export class TamperedShop {
  private readonly dataDir = mkdtempSync(join(tmpdir(), 'shop-tampered-'));
  private readonly name: string;
  private shop?: RunningShop;
  private admin!: Person;
  private before!: Files;

  constructor(
    private readonly template: TamperingTemplate,
    private readonly login: Login,
  ) {
    this.name = `tampered_${process.pid}_${login}`;
  }

  async close(): Promise<void> {
    await this.shop?.stop();
    await query(this.template.server, `drop database if exists ${this.name} with (force)`);
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /**
   * Changes the data of the running shop, and returns what the shop noticed. `watched`: the reports to wait for.
   * Without `watched`, it waits until the time limit. `starts`: whether a second shop is started on the changed data.
   */
  async try(kindName: KindName, watched?: readonly string[], starts = true): Promise<Outcome> {
    if (!this.shop) await this.openFreshCopy();
    const kind = kinds[kindName] as (typeof kinds)[KindName] & { use?: (admin: Person, scene: Scene) => Promise<void> };
    const { scene } = this.template;
    const touched = kind.undo === 'anew' ? [] : [...storeTables, ...(await this.tables(kind.undo))];
    await this.copyTables(touched);
    const sealsBefore = await this.seals();
    const from = this.shop!.output().length;
    const attempt = await this.template.logins.as(this.login, this.url, kind.schema, (run) => kind.tamper(run, scene));
    if (attempt.done === 0) return { ...attempt, signed: 0 };
    const [watch, start] = await Promise.all([
      this.watch(from, kind.watchMs ?? WATCH_MS, kind.use ? () => kind.use!(this.admin, scene) : undefined, watched),
      starts ? this.start() : NOTHING,
    ]);
    const offline = await this.offline(kind.order ?? 'target');
    const verify = await this.verify();
    const signed = (await this.seals()).filter((seal) => !sealsBefore.includes(seal)).length;
    const outcome = { ...attempt, verify, watch, start, offline, signed };
    if (kind.undo === 'anew') await this.drop();
    else await this.restoreTables(touched);
    return outcome;
  }

  private get url(): string {
    return this.template.server.replace('/shop?', `/${this.name}?`);
  }

  private get env() {
    return { DATABASE_URL: this.url, ...keys };
  }

  private async openFreshCopy(): Promise<void> {
    await query(this.template.server, `create database ${this.name} template ${this.template.name}`);
    rmSync(this.dataDir, { recursive: true, force: true });
    cpSync(this.template.dataDir, this.dataDir, { recursive: true });
    this.shop = await startShop({ dataDir: this.dataDir, env: this.env });
    this.admin = await logIn(this.shop, ADMIN);
    const { target, last, long } = this.template.scene;
    const evidence = new Map<string, string>();
    for (const { orderId } of [target, last, long]) evidence.set(orderId, (await this.fetchText(`/admin/orders/${orderId}/evidence`)).text); // prettier-ignore
    const checked = await this.checkExported();
    if ('refusal' in checked)
      throw new Error(`the export is refused, although nothing was changed yet: ${checked.message}`);
    this.before = { evidence, exported: checked };
    for (const text of evidence.values())
      expect(checkOrderEvidence(text, trusted)).toMatchObject({ document: expect.anything() });
    expect(await this.verify()).toBe(NOTHING);
  }

  async drop(): Promise<void> {
    await this.shop?.kill();
    this.shop = undefined;
    await query(this.template.server, `drop database if exists ${this.name} with (force)`);
  }

  private async tables(names: readonly string[]): Promise<string[]> {
    const live = `select 'ordering."' || relation || '"' as name from ordering.projection_tables where state = 'live'`;
    return names.includes('read models')
      ? (await query<{ name: string }>(this.url, live)).map(({ name }) => name)
      : [...names];
  }

  private async copyTables(tables: readonly string[]): Promise<void> {
    const copies = tables.map((table, index) => `create table kept.t${index} as table ${table}`);
    await query(this.url, ['drop schema if exists kept cascade', 'create schema kept', ...copies].join('; '));
  }

  private async restoreTables(tables: readonly string[]): Promise<void> {
    const restores = tables.map((table, index) => `delete from ${table}; insert into ${table} table kept.t${index}`);
    const clearQueues = 'delete from ordering.order_pending; delete from ordering.order_unnumbered';
    await query(
      this.url,
      `begin; set local session_replication_role = replica; ${restores.join('; ')}; ${clearQueues}; commit`,
    );
    expect(await this.verify()).toBe(NOTHING);
    await eventually(async () => {
      const { services } = (await this.shop!.get('//health')).body;
      expect(dataHealthChecks.filter((name) => services?.[name] === 'unhealthy')).toEqual([]);
      expect(await this.hasDrift()).toBe(false);
    }, 60_000);
    await this.waitForCleanSealCheck();
  }

  /** The shop logs a fault of the seals again only after a check without faults. The next test waits for it. */
  private async waitForCleanSealCheck(): Promise<void> {
    if (sealPatterns.some((pattern) => pattern.test(this.shop!.output()))) await pause(11_000);
  }

  private seals = async (): Promise<string[]> =>
    (
      await query<{ seal: string }>(
        this.url,
        `select encode(signature, 'hex') as seal from ordering.order_seals union all select encode(signature, 'hex') from ordering.order_reseals`,
      )
    ).map(({ seal }) => seal);

  private async hasDrift(): Promise<boolean> {
    const sql = 'select 1 from ordering.projection_drifts where healed_at is null';
    return (await query(this.url, sql)).length > 0;
  }

  private async verify(): Promise<string> {
    const { data: events } = expectStatus(200, await this.admin.post('/admin/events/verify')).body;
    const { data: audit } = expectStatus(200, await this.admin.post('/admin/audit/verify')).body;
    const names = (events.findings ?? []).map(({ finding }: { finding: string }) => finding) as string[];
    // The finding `unsealed` is left out, because it depends on how old the events are.
    const found = [...new Set(names)].filter((name) => name !== 'unsealed');
    // Both texts mean that lines are gone. Which text the shop gives depends on whether a line was added meanwhile.
    const isGone = /the entry \S+ is gone|was sealed up to \d+ and ends at/.test(audit.reason ?? '');
    if (!audit.valid) found.push(`audit: ${isGone ? 'lines are gone' : audit.reason}`);
    return found.sort().join(', ') || NOTHING;
  }

  private async watch(
    from: number,
    within: number,
    use: (() => Promise<void>) | undefined,
    wanted?: readonly string[],
  ): Promise<string[]> {
    const seen = new Set<string>();
    const end = Date.now() + within;
    do {
      await use?.();
      const { body } = await this.shop!.get('//health');
      for (const [service, state] of Object.entries(body.services ?? {}))
        if (state === 'unhealthy' && dataHealthChecks.includes(service)) seen.add(`health: ${service}`);
      for (const logged of namesOfLoggedFaults(this.shop!.output().slice(from))) seen.add(logged);
      if (wanted?.every((one) => seen.has(one))) break;
      await pause(400);
    } while (Date.now() < end);
    return [...seen].sort();
  }

  /** Starts a second shop on the same database, with a copy of the data folder. Returns what the start reports. */
  private async start(): Promise<string> {
    const dataDir = mkdtempSync(join(tmpdir(), 'shop-started-'));
    cpSync(this.dataDir, dataDir, { recursive: true });
    try {
      const second = await startShop({ dataDir, env: this.env });
      const logged = namesOfLoggedFaults(second.output());
      await second.stop();
      return logged.join(', ') || NOTHING;
    } catch (error) {
      const logged = namesOfLoggedFaults((error as Error).message);
      if (logged.length === 0) throw error; // the start failed for another reason
      return `refused: ${logged.join(', ')}`;
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  }

  private async offline(which: 'target' | 'last' | 'long'): Promise<string> {
    const { orderId } = this.template.scene[which];
    const { status, text } = await this.fetchText(`/admin/orders/${orderId}/evidence`);
    const exported = await this.checkExported();
    const found: string[] = [];
    if (status !== 200) found.push(`no evidence: ${JSON.parse(text).error.code}`);
    else found.push(...this.compareEvidence(orderId, text));
    if ('refusal' in exported) found.push(`export refused: ${exported.refusal}`);
    else if (exported.events < this.before.exported.events) found.push('export shorter than before');
    else if (exported.events > this.before.exported.events) found.push('export longer than sealed');
    else if (exported.hash !== this.before.exported.hash) found.push('export other than before');
    return found.join(', ') || NOTHING;
  }

  private compareEvidence(orderId: string, text: string): string[] {
    const checked = checkOrderEvidence(text, trusted);
    if ('refusal' in checked) return [`evidence refused: ${checked.refusal}`];
    const hashes = (file: string) => JSON.stringify(JSON.parse(file).events.map(({ hash }: { hash: string }) => hash));
    return hashes(text) === hashes(this.before.evidence.get(orderId)!) ? [] : ['evidence other than before'];
  }

  private async checkExported() {
    const { text } = await this.fetchText('/admin/events/export');
    const lines = text.trimEnd().split('\n');
    const checked = await checkExport(lines, trusted);
    if ('refusal' in checked) return checked;
    return { events: checked.events, hash: String(JSON.parse(lines.at(-1)!).end.hash) };
  }

  private async fetchText(path: string): Promise<{ status: number; text: string }> {
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(`${this.shop!.url}/api/v1${path}`, { headers: this.admin.headers });
      const text = await response.text();
      if (response.status !== 503 || attempt === 10) return { status: response.status, text };
      await pause(1_000); // the machine is busy
    }
  }
}
