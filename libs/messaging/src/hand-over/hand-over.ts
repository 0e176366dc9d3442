import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import { Config, type ContextName } from '#platform/config';
import { Leadership, WITHOUT_JOBS } from '#database/leadership';
import type { InboxRow } from '../inbox/claims.store';
import type { Handlers } from '../messages/handlers';
import type { Envelope } from '../messages/envelope';
import { MessageEndpoints } from '../outbox/message-endpoints';
import { OLDEST_SUBSCRIPTIONS_MS } from '../outbox/receivers';
import type { SubscribedTypes } from '../outbox/subscription-cache';
import { Transport } from '../outbox/transport';
import { messagesHandedOver } from './metrics';
import {
  relayRequest,
  sendAgain,
  type Delivery,
  type HandOverRequest,
  type HandOverResult,
  type TakenRow,
} from './hand-over.store';

/**
 * After a receiver failed to take messages, or while many are in work, the relay delivers all messages for this time.
 */
const OFF_MS = 1_000;
/**
 * While more groups of messages than this are in work in this process, the relay delivers (if `MESSAGE_DELIVERY` is
 * auto). It delivers many messages with one statement, so then it needs less time for each of them.
 */
const MAX_IN_WORK = 7;
/** Lists of subscriptions are used up to this age. */
const FRESH_MS = 1_000;
/** After a hand-over that took longer than this, the messages are sent again: the list of subscriptions can be old. */
const MAX_TIME_MS = OLDEST_SUBSCRIPTIONS_MS - FRESH_MS;

type Wanted = ReadonlyMap<string, readonly { readonly handler: string; readonly lane: string }[]>;

/**
 * Hands messages over to contexts on the same server: the statement that sends a message also writes the receiver's
 * inbox row. If a handler of this process has room, the row is leased to this process, and the handler gets the message
 * from memory after the commit. If the process ends before that, any process claims the row when the lease is over.
 */
@Injectable()
export class HandOver implements Delivery {
  private readonly log = new Logger('HandOver');
  private readonly wanted = new WeakMap<Handlers, Wanted>();
  private offUntil = -Infinity;

  constructor(
    private readonly endpoints: MessageEndpoints,
    private readonly transport: Transport,
    private readonly leadership: Leadership,
    private readonly config: Config,
    @Optional() @Inject(WITHOUT_JOBS) private readonly withoutJobs: boolean | null,
  ) {}

  request(from: ContextName, messages: readonly Envelope[]): HandOverRequest {
    const byRelay = relayRequest(messages);
    if (this.config.messageDelivery === 'auto' && this.isBusy) this.pause();
    if (messages.length === 0 || !this.isOn) return byRelay;
    const types = [...new Set(messages.map(({ type }) => type))];
    const receivers: Partial<Record<ContextName, readonly string[]>> = {};
    const relayed = new Set<string>();
    const listTimes: string[] = [];
    for (const receiver of this.transport.receivers) {
      const list = this.freshList(receiver);
      const wanted = list ? types.filter((type) => list.types.has(type)) : types;
      const isOnThisServer = this.transport.sharesServer(from, receiver);
      if (isOnThisServer && wanted.length > 0) receivers[receiver] = this.pairsWithRoom(receiver, messages);
      else if (isOnThisServer) listTimes.push(list!.databaseTime);
      else for (const type of wanted) relayed.add(type);
    }
    if (relayed.size === types.length) return byRelay;
    const listedAt = listTimes.sort().at(0) ?? null;
    return { ...byRelay, direct: true, receivers, relayed: [...relayed], listedAt };
  }

  done(context: ContextName, messages: readonly Envelope[], result: HandOverResult, since: number): void {
    const from = this.endpoints.get(context);
    const { taken = [], failed = {}, unsent } = result;
    if (unsent) from.relay.raise();
    for (const [receiver, reason] of Object.entries(failed)) this.pauseAfterFailure(receiver as ContextName, reason);
    if (taken.length > 0) crashPoint('hand-over.committed', context);
    for (const [receiver, rows] of byReceiver(taken)) this.give(receiver, rows, messages, result, since);
    // Perhaps a handler was added while the statement ran. The relay then delivers the messages to it.
    if (result.sequences && performance.now() - since > MAX_TIME_MS)
      void sendAgain(from.db, messages.map(({ id }) => id)).then(() => from.relay.raise(), () => undefined); // prettier-ignore
    messagesHandedOver(context, unsent ? 'relay' : 'direct', messages.length);
  }

  private get isOn(): boolean {
    return this.config.messageDelivery !== 'relay' && !this.withoutJobs && performance.now() >= this.offUntil;
  }

  private get isBusy(): boolean {
    let inWork = 0;
    for (const { worker } of this.endpoints.all) inWork += worker?.groupsInWork ?? 0;
    return inWork > MAX_IN_WORK;
  }

  private pauseAfterFailure(receiver: ContextName, reason: string): void {
    this.log.debug(`${receiver} could not take messages directly: ${reason}`); // the relay reports a receiver that is away
    this.pause();
  }

  private pause(): void {
    this.offUntil = performance.now() + OFF_MS;
  }

  /** The handlers of this process that have room for all these messages, as "handler type". */
  private pairsWithRoom(receiver: ContextName, messages: readonly Envelope[]): readonly string[] {
    const endpoint = this.endpoints.find(receiver);
    const worker = endpoint?.worker;
    if (!endpoint || !worker) return [];
    const wanted = this.wantedBy(endpoint.handlers);
    const counts = new Map<string, number>(); // messages in each lane
    const pairs = new Map<string, string>(); // "handler type", and its lane
    for (const { type } of messages)
      for (const { handler, lane } of wanted.get(type) ?? []) {
        counts.set(lane, (counts.get(lane) ?? 0) + 1);
        pairs.set(`${handler} ${type}`, lane);
      }
    const hasRoom = (lane: string) =>
      endpoint.handlers.messagesAtOnce(lane) === undefined && worker.hasRoom(lane, counts.get(lane)!);
    return [...pairs].flatMap(([pair, lane]) => (hasRoom(lane) ? [pair] : []));
  }

  private wantedBy(handlers: Handlers): Wanted {
    const known = this.wanted.get(handlers);
    if (known) return known;
    const wanted = new Map<string, { handler: string; lane: string }[]>();
    for (const { type, handler, lane } of handlers.subscriptions)
      wanted.set(type, [...(wanted.get(type) ?? []), { handler, lane }]);
    this.wanted.set(handlers, wanted);
    return wanted;
  }

  /** The receiver's list of subscriptions, if it is fresh. */
  private freshList(receiver: ContextName): SubscribedTypes | undefined {
    const known = this.transport.lastSubscribed(receiver);
    const ageMs = known ? performance.now() - known.readAt : Infinity;
    // The next message needs a fresh list. If the receiver does not answer, its old list is kept.
    if (ageMs > FRESH_MS / 2) this.transport.readSubscribed(receiver, FRESH_MS / 2).catch(() => undefined);
    return ageMs <= FRESH_MS ? known : undefined;
  }

  /**
   * Gives the leased rows to the worker of this process. For the other rows, it notifies the processes that can claim
   * them.
   */
  private give(
    receiver: ContextName,
    rows: readonly TakenRow[],
    messages: readonly Envelope[],
    { sequences = [] }: HandOverResult,
    since: number,
  ): void {
    const endpoint = this.endpoints.find(receiver);
    const leased = rows.flatMap(([, seq, id, handler, direct]): InboxRow[] => {
      const at = direct ? messages.findIndex((one) => one.id === id) : -1;
      const known = endpoint?.handlers.find(handler);
      if (at === -1 || !known) return [];
      const { type, key, meta } = messages[at];
      const body = JSON.parse(JSON.stringify(messages[at].body)) as object; // each handler gets an object of its own
      const sent = { id, type, key, body, meta: { ...meta, sequence: sequences[at] } };
      return [{ ...sent, seq, handler, lane: known.lane, attempts: 0, waits: 0, held: false, failingFor: 0 }];
    });
    if (leased.length > 0) endpoint!.worker?.take(leased, since);
    if (rows.every(([, , , , direct]) => direct)) return;
    endpoint?.inbox.ring();
    if (!endpoint || this.leadership.hasPeers) this.leadership.notify(`inbox:${receiver}`);
  }
}

function byReceiver(taken: readonly TakenRow[]): Map<ContextName, TakenRow[]> {
  const groups = new Map<ContextName, TakenRow[]>();
  for (const row of taken) groups.set(row[0], [...(groups.get(row[0]) ?? []), row]);
  return groups;
}
