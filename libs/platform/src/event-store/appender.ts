import { crashPoint } from '#crash-points';
import { derivedId, type Uuid } from '#kernel';
import { statement, type Database } from '#platform/database';
import {
  ClaimLost,
  currentTrace,
  outboxValue,
  requestTrace,
  toCancel,
  toSet,
  type Envelope,
  type Outbox,
  type Unit,
} from '#platform/messaging';
import { SubjectErased } from '#platform/privacy';
import { AppendGroups, type Written } from './append-groups';
import { appendStatement } from './append-statement';
import { CartAlreadyOrdered, CommandIdTaken, IdempotencyKeyTaken, VersionConflict } from './errors';
import type { Append, Appended, RecordedEvent, StoredKey } from './events';
import type { LogSignals } from './log-signals';

type Gathered = ReturnType<Unit['take']>;

const WHY = statement(
  'append-why',
  `select coalesce((select version from order_heads where order_id = $1), 0) as version,
     (select order_id from order_events where id = $2) as "streamId",
     $3::bigint is null or exists (
       select from inbox where seq = $3::bigint and claimed_by = $4::int and state = 'waiting') as claimed`,
);

export const KEY = statement(
  'key-find',
  `select caller, key, body_hash as "bodyHash", command, command_id as "commandId", order_id as "orderId",
     created_at as "createdAt"
   from idempotency_keys where caller = $1 and key = $2`,
);

const CART = statement(
  'cart-find',
  `select order_id as "orderId" from placed_carts where cart_id = $1 and cart_version = $2`,
);

const PORTION = statement(
  'portion-find',
  `select order_id as "orderId" from placed_portions where portion_id = any($1::uuid[]) limit 1`,
);

const CLOSED = statement('account-closed', `select 1 from order_accounts where subject = $1 and closed_at is not null`);

const UNIQUE_VIOLATION = '23505';

/** Writes one append, or says why not. */
export class Appender {
  private readonly groups: AppendGroups;

  constructor(
    private readonly db: Database,
    private readonly outbox: Outbox,
    private readonly signals: LogSignals,
  ) {
    this.groups = new AppendGroups(db);
  }

  /** Undefined: the command has appended to this stream before. */
  async append(given: Append): Promise<Appended | undefined> {
    const unit = given.claimed && this.outbox.unit(); // another context's message is not ours to settle
    const append: Append = { ...given, claimed: unit?.claimed };
    const gathered = unit?.take() ?? { messages: [], timers: [] };
    // A handler that has sent nothing to the database yet needs no transaction: this statement is all of it.
    const alone = !this.db.inTransaction() || (unit !== undefined && !this.db.begun());
    const within = <T>(work: () => Promise<T>) => (alone ? this.db.outside(work) : work());
    let written = false;
    crashPoint('append.before', append.events[0].type);
    try {
      const texts = append.events.map(({ data }) => JSON.stringify(data));
      const row = await this.write(append, texts, gathered, alone);
      written = row.version !== null;
      crashPoint('append.written', append.events[0].type);
      if (row.version === null) return await within(() => this.because(append));
      unit?.settled();
      if (alone) this.wake(append, gathered);
      else this.db.afterCommit(() => this.wake(append, gathered));
      return { version: row.version, repeated: false, events: fresh(append, texts, row.timestamp) };
    } finally {
      if (!written) giveBack(unit, gathered);
    }
  }

  private write(append: Append, texts: readonly string[], gathered: Gathered, alone: boolean): Promise<Written> {
    const { streamId, expectedVersion, commandId, events, account, idempotency, cart, claimed } = append;
    const messages = [...gathered.messages, ...this.envelopes(append)];
    const metadata = JSON.stringify(append.metadata);
    if (!alone) return this.byItself(append, texts, metadata, messages, gathered.timers);
    const byItself = () => this.db.outside(() => this.byItself(append, texts, metadata, messages, gathered.timers));
    if (events.length > 1 || account || idempotency || cart || gathered.timers.length > 0) return byItself();
    const [{ type, schemaVersion }] = events;
    const eventId = derivedId(commandId, 0);
    return this.groups.write(
      { streamId, expectedVersion, eventId, type, schemaVersion, data: texts[0], metadata, messages, claimed },
      byItself,
    );
  }

  private async byItself(
    append: Append,
    texts: readonly string[],
    metadata: string,
    messages: readonly Envelope[],
    timers: Gathered['timers'],
  ): Promise<Written> {
    const { streamId, expectedVersion, commandId, events, account, idempotency, cart, claimed } = append;
    const values: unknown[] = [streamId, expectedVersion, metadata];
    const single = events.length === 1;
    if (single) values.push(derivedId(commandId, 0), events[0].type, events[0].schemaVersion, texts[0]);
    else
      values.push(
        events.map((_, index) => derivedId(commandId, index)),
        events.map(({ type }) => type),
        events.map(({ schemaVersion }) => schemaVersion),
        texts,
      );
    if (account) values.push(account);
    if (idempotency)
      values.push(idempotency.caller, idempotency.key, idempotency.bodyHash, idempotency.command, commandId);
    if (cart) values.push(cart.cartId, cart.cartVersion);
    const portions = cart?.portions ?? [];
    if (portions.length > 0)
      values.push(
        portions.map(({ id }) => id),
        portions.map(({ quantity }) => quantity),
      );
    if (messages.length > 0) values.push(outboxValue(messages));
    if (claimed) values.push(claimed.seq, claimed.claimedBy);
    if (timers.length > 0) values.push(toSet(timers), toCancel(timers));
    const parts = {
      single,
      account: account !== undefined,
      key: idempotency !== undefined,
      cart: cart !== undefined,
      portions: portions.length > 0,
      messages: messages.length > 0,
      claim: claimed !== undefined,
      timers: timers.length > 0,
    };
    try {
      const [row] = await this.db.query<Written>(appendStatement(parts), values);
      return row;
    } catch (error) {
      throw await this.refusal(error as { code?: string; constraint?: string }, append);
    }
  }

  /** Ids follow from the command's, like the events'; in a handler the trace follows from what is being handled. */
  private envelopes({ messages = [], commandId, metadata }: Append) {
    if (messages.length === 0) return [];
    const trace = this.outbox.unit()
      ? undefined
      : {
          ...requestTrace(),
          ...currentTrace(),
          correlationId: metadata.correlationId,
          causationId: commandId,
          ...(metadata.requestId && { requestId: metadata.requestId }),
        };
    return this.outbox.envelopes(messages, (index) => derivedId(commandId, 'message', index), trace);
  }

  /** Nothing was written: the command is repeated (undefined), or somebody was faster. */
  private async because({ streamId, commandId, expectedVersion, claimed, account }: Append): Promise<undefined> {
    const values = [streamId, derivedId(commandId, 0), claimed?.seq ?? null, claimed?.claimedBy ?? null];
    const [row] = await this.db.query<{ version: number; streamId: string | null; claimed: boolean }>(WHY, values);
    const why = row;
    if (!why.claimed) throw new ClaimLost(this.outbox.unit()?.handler ?? 'an append', claimed!.seq);
    if (why.streamId === streamId) return undefined;
    if (why.streamId) throw new CommandIdTaken(commandId);
    if (account && (await this.isClosed(account))) throw new SubjectErased();
    throw new VersionConflict(streamId, expectedVersion, why.version);
  }

  private async isClosed(account: Uuid): Promise<boolean> {
    return (await this.db.query(CLOSED, [account])).length > 0;
  }

  // What stood in the way is committed, so it is seen from outside the transaction that has just failed.
  private async refusal(error: { code?: string; constraint?: string }, append: Append): Promise<unknown> {
    if (error.code !== UNIQUE_VIOLATION) return error;
    const { idempotency, cart, commandId } = append;
    switch (error.constraint) {
      case 'idempotency_keys_pkey': {
        const [stored] = await this.seen<StoredKey>(KEY, [idempotency!.caller, idempotency!.key]);
        return stored ? new IdempotencyKeyTaken(stored) : error;
      }
      case 'placed_carts_pkey': {
        const [placed] = await this.seen<{ orderId: string }>(CART, [cart!.cartId, cart!.cartVersion]);
        return new CartAlreadyOrdered(cart!.cartId, cart!.cartVersion, placed?.orderId ?? null);
      }
      case 'placed_portions_pkey': {
        const ids = cart!.portions!.map(({ id }) => id);
        const [placed] = await this.seen<{ orderId: string }>(PORTION, [ids]);
        return new CartAlreadyOrdered(cart!.cartId, cart!.cartVersion, placed?.orderId ?? null);
      }
      case 'order_events_pkey':
        return new CommandIdTaken(commandId);
      default:
        return error;
    }
  }

  private seen<Row extends object>(sql: typeof KEY, values: unknown[]): Promise<Row[]> {
    return this.db.outside(() => this.db.query<Row>(sql, values));
  }

  private wake({ messages, claimed }: Append, { timers }: Gathered): void {
    this.signals.appended();
    this.outbox.wakeTimers(timers);
    if (claimed || (messages && messages.length > 0)) this.outbox.wake();
  }
}

function giveBack(unit: Unit | undefined, { messages, timers }: Gathered): void {
  if (messages.length > 0) unit?.send(messages);
  if (timers.length > 0) unit?.time(timers);
}

const fresh = (
  { streamId, expectedVersion, commandId, events, metadata }: Append,
  texts: readonly string[],
  timestamp: Date,
): RecordedEvent[] =>
  events.map(({ type, schemaVersion }, index) => ({
    id: derivedId(commandId, index),
    orderId: streamId,
    version: expectedVersion + index + 1,
    position: null,
    type,
    schemaVersion,
    data: JSON.parse(texts[index]) as object,
    metadata,
    timestamp,
    hash: null,
  }));
