import { statement, type Database, type Statement } from '#database';
import type { ContextName } from '#platform/config';
import type { Envelope } from '../messages/envelope';
import { LEASE_MS } from './lease';

/** The parameter of `hand_over_v1`. */
export interface HandOverRequest {
  readonly messages: readonly Envelope[];
  /** False if the relay delivers all messages. Then the fields below are not used. */
  readonly direct: boolean;
  /**
   * The receivers on this server that perhaps want one of the messages. For each receiver, the pairs "handler type"
   * that this process can handle now. The receiver leases such messages to this process.
   */
  readonly receivers: Readonly<Partial<Record<ContextName, readonly string[]>>>;
  /** The types that a receiver on another server wants. The relay delivers them. */
  readonly relayed: readonly string[];
  /**
   * Receivers on this server that did not subscribe are left out. This is the time when the oldest of their lists of
   * subscriptions was read, by the clock of the database. If this time is too long ago when the statement runs, the
   * relay delivers. Null if no receiver is left out.
   */
  readonly listedAt: string | null;
  readonly leaseMs: number;
}

/** A request with which the relay delivers all messages. */
export const relayRequest = (messages: readonly Envelope[]): HandOverRequest => ({
  ...{ messages, direct: false, receivers: {}, relayed: [], listedAt: null, leaseMs: LEASE_MS },
});

/**
 * One inbox row that a receiver wrote: receiver, number, message id, handler, and whether it is leased to this process.
 */
export type TakenRow = readonly [receiver: ContextName, seq: number, id: string, handler: string, direct: boolean];

/** The answer of `hand_over_v1`. If nothing was handed over directly, it has `unsent` only. */
export interface HandOverResult {
  readonly taken?: readonly TakenRow[];
  /** The numbers of the messages in the outbox, in the order of the messages. */
  readonly sequences?: readonly number[];
  /** Receivers that could not take messages, and why. The relay delivers the messages to them. */
  readonly failed?: Readonly<Partial<Record<ContextName, string>>>;
  /** True if the relay must deliver some of the messages. */
  readonly unsent: boolean;
}

/** Decides what a statement hands over, and passes it to the handlers after the commit. `HandOver` implements it. */
export interface Delivery {
  /** What `hand_over_v1` needs to send these messages. */
  request(from: ContextName, messages: readonly Envelope[]): HandOverRequest;
  /** Call this after the commit. `since` is when the request was made. */
  done(from: ContextName, messages: readonly Envelope[], result: HandOverResult, since: number): void;
}

/** How a statement sends its messages: directly into the inboxes, or into the outbox only, for the relay. */
export type Way = 'direct' | 'relay';

const UNSENT_RESULT = `'{"unsent": true}'::jsonb`;

/**
 * Inserts into the outbox only. It does not call `hand_over_v1`, because a call takes longer than a small statement.
 */
const insertSql = (request: string, condition: string) => `
  insert into outbox (id, type, key, body, meta)
  select m.id, m.type, m.key, m.body, m.meta
  from rows from (
    jsonb_to_recordset(${request}::jsonb->'messages') as (id uuid, type text, key text, body jsonb, meta jsonb))
    with ordinality as m(id, type, key, body, meta, place)
  where ${condition} order by m.place
  returning ${UNSENT_RESULT} as handed`;

/**
 * SQL: the part `sent` of a statement after `with`. It sends messages, and has the column `handed`, a `HandOverResult`.
 * `request` is a jsonb parameter (see `Sending.value`), `gate` the condition for sending. The select of the statement
 * must read `HANDED`, because Postgres runs a function in such a part only if its result is read.
 *
 * The gate must depend on a part that locks the rows that the statement changes. Then messages about one row are sent
 * one after the other.
 */
export const sentSql = (way: Way, request: string, gate: string) =>
  way === 'relay'
    ? `sent as (${insertSql(request, gate)})`
    : `sent as materialized (select hand_over_v1(${request}::jsonb) as handed where ${gate})`;

/** Like `sentSql`, but sends only the messages with these ids. `ids` is a select. */
export const sentOfSql = (way: Way, request: string, ids: string) =>
  way === 'relay'
    ? `sent as (${insertSql(request, `m.id in (${ids})`)})`
    : `sent as materialized (
  select hand_over_v1(jsonb_set(${request}::jsonb, '{messages}', chosen.messages)) as handed
  from (
    select jsonb_agg(m.message order by m.place) as messages
    from jsonb_array_elements(${request}::jsonb->'messages') with ordinality as m(message, place)
    where (m.message->>'id')::uuid in (${ids})) chosen
  where chosen.messages is not null)`;

/** SQL: the result of the part `sent`. Null if nothing was sent. */
export const HANDED = '(select handed from sent limit 1) as handed';

/** A statement that sends messages, for each way of sending. `text` makes its SQL with `sentSql` or `sentOfSql`. */
export type SendingStatement = Readonly<Record<Way, Statement>>;

export const sendingStatement = (name: string, text: (way: Way) => string): SendingStatement => ({
  direct: statement(`${name}-direct`, text('direct')),
  relay: statement(`${name}-relay`, text('relay')),
});

const SEND = sendingStatement('outbox-send', (way) => `with ${sentSql(way, '$1', 'true')} select ${HANDED}`);

export const sendAlone = async (db: Database, { way, value }: { way: Way; value: string }): Promise<HandOverResult> =>
  (await db.query<{ handed: HandOverResult }>(SEND[way], [value]))[0].handed;

const UNSENT = statement('outbox-unsent-again', 'update outbox set sent_at = null where id = any($1::uuid[])');

/** The relay delivers these messages again. Receivers that already have a message ignore it. */
export const sendAgain = (db: Database, ids: readonly string[]) => db.outsideTransaction(() => db.query(UNSENT, [ids]));
