import { statement, type Database } from '#database';
import type { ContextName } from '#platform/config';
import type { Envelope } from '../messages/envelope';
import { LEASE_MS } from './lease';

/** The parameter of `hand_over_v1`. */
export interface HandOverRequest {
  readonly messages: readonly Envelope[];
  /** False if the relay delivers all messages. Then the fields below are not used. */
  readonly direct: boolean;
  /**
   * The receivers on this server that may want one of the messages. For each one, what this process can handle now, as
   * "handler type". The receiver leases such messages to this process.
   */
  readonly receivers: Readonly<Partial<Record<ContextName, readonly string[]>>>;
  /** The types that a receiver on another server wants. The relay delivers them. */
  readonly relayed: readonly string[];
  readonly leaseMs: number;
}

/** A request that leaves all messages to the relay. */
export const relayRequest = (messages: readonly Envelope[]): HandOverRequest => ({
  ...{ messages, direct: false, receivers: {}, relayed: [], leaseMs: LEASE_MS },
});

/** One inbox row that a receiver wrote: receiver, number, message id, handler, and whether it is leased to this process. */
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

/** Decides what a statement hands over, and continues when it has. `HandOver` implements it. */
export interface Delivery {
  /** What `hand_over_v1` needs to send these messages. */
  request(from: ContextName, messages: readonly Envelope[]): HandOverRequest;
  /** Call this after the commit. `since` is when the request was made. */
  done(from: ContextName, messages: readonly Envelope[], result: HandOverResult, since: number): void;
}

/**
 * SQL that sends messages: into the outbox, and directly into the inboxes on the same server. Its column is `handed`, a
 * `HandOverResult`. `request` is a jsonb parameter (see `Sending.value`), `gate` the condition for sending. The select
 * of the statement must read `handed`, because Postgres runs a function in a CTE only if somebody reads it.
 *
 * The gate must depend on the lock of what the statement changes. Then messages about one thing are sent one after the
 * other.
 */
export const handOverSql = (request: string, gate = 'true') =>
  `select hand_over_v1(${request}::jsonb) as handed where ${gate}`;

/** Like `handOverSql`, but sends only the messages (`m.message`) that fulfil the condition. */
export const handOverSome = (request: string, condition: string) => `
  select hand_over_v1(jsonb_set(${request}::jsonb, '{messages}', chosen.messages)) as handed
  from (
    select jsonb_agg(m.message order by m.place) as messages
    from jsonb_array_elements(${request}::jsonb->'messages') with ordinality as m(message, place)
    where ${condition}) chosen
  where chosen.messages is not null`;

const HAND_OVER = statement('outbox-hand-over', handOverSql('$1'));

export const handOver = async (db: Database, request: string): Promise<HandOverResult> =>
  (await db.query<{ handed: HandOverResult }>(HAND_OVER, [request]))[0].handed;

const UNSENT = statement('outbox-unsent-again', 'update outbox set sent_at = null where id = any($1::uuid[])');

/** The relay delivers these messages again. Receivers that have them ignore them. */
export const sendAgain = (db: Database, ids: readonly string[]) => db.outsideTransaction(() => db.query(UNSENT, [ids]));
