import { OrderMessage, VOIDING, type Uuid } from '#kernel';
import type { Database } from '#database';
import type { Leadership } from '#database/leadership';
import { MacKey } from '#platform/macs';
import { activity, SystemClock, SystemIds } from '#platform/system';
import { Outbox } from '../../../messaging/src/outbox/outbox';
import { MessageRegistry } from '../../../messaging/src/messages/registry';
import { Signal } from '../../../messaging/src/signal';
import { EventTypes } from '../streams/event-types';
import type { Append } from '../streams/events';
import { LogSignals } from '../sequencer/log-signals';
import { MacGate } from '../macs/mac-gate';
import { MacMemory } from '../macs/mac-memory';
import { PgEventStore } from '../streams/pg-event-store';
import { SealKey } from '../seals/seal-key';
import { Sealer } from '../seals/sealer';
import { SealAnchor } from '../seals/seal-anchor';
import { SealChain } from '../seals/seal-chain';
import { SealRepair } from '../seals/seal-repair';
import { SealWatch } from '../seals/seal-watch';
import { streamsIn } from './tables';
import { Sequencer } from '../sequencer/sequencer';

export class TestMessage extends OrderMessage<{ orderId: Uuid; version: number }> {
  static readonly type = 'ordering.told.v1';
}

export const ids = new SystemIds();
export const key = new SealKey(Buffer.alloc(32, 7).toString('base64'));
/** The EVENT_MAC_KEY of these stores. A shop with the same key accepts their events. */
export const EVENT_MAC_KEY = Buffer.alloc(32, 8).toString('base64');
export const macKey = new MacKey(EVENT_MAC_KEY);

const onlyProcess = {
  leads: () => true,
  hasPeers: false,
  notify: () => undefined,
  onNotification: () => undefined,
  onReopened: () => undefined,
} as unknown as Leadership;

/**
 * A store, a sequencer and seals on a database, as in one process. If a file is given, the newest seal is remembered in
 * it.
 */
export function storeOn(
  database: Database,
  types = new EventTypes([{ type: 'Happened' }, { type: 'Ended' }, { type: VOIDING }]),
  anchorFile?: string,
  { sealKey = key, eventKey = macKey }: { readonly sealKey?: SealKey; readonly eventKey?: MacKey } = {},
) {
  activity.note(); // tests have no requests, and without requests regular checks run less often
  const db = streamsIn(database);
  const signals = new LogSignals('ordering', onlyProcess);
  const registry = new MessageRegistry();
  registry.add(TestMessage);
  const outbox = new Outbox(db, registry, new SystemClock(), ids, new Signal(), new Signal());
  const clock = new SystemClock();
  const gate = new MacGate(db, eventKey, new MacMemory(anchorFile));
  const seals = new SealChain(db, sealKey, new SealAnchor(anchorFile), clock, gate);
  const sealer = new Sealer(seals);
  return {
    store: new PgEventStore(db, types, signals, sealKey, eventKey, outbox, clock, undefined, seals),
    sequencer: new Sequencer(db, onlyProcess, signals, sealer, gate),
    sealer,
    seals,
    repair: new SealRepair(seals, () => clock.now()),
    watch: new SealWatch(seals, () => clock.now(), false, true),
    outbox,
  };
}

/** The argument of an append: one event of the type `Happened`, or one for each item of `data`. */
export function happening(
  streamId: Uuid,
  expectedVersion: number,
  data: readonly object[] = [{}],
  more: Partial<Append> = {},
) {
  const commandId = more.commandId ?? ids.next();
  return {
    streamId,
    expectedVersion,
    commandId,
    events: data.map((item) => ({ type: 'Happened', schemaVersion: 1, data: item })),
    metadata: { commandId, correlationId: commandId, actor: { kind: 'system' as const } },
    ...more,
  } satisfies Append;
}

/** The argument of an append that declares an earlier event void. */
export function voiding(streamId: Uuid, expectedVersion: number, version: number): Append {
  const events = [{ type: VOIDING, schemaVersion: 1, data: { version, reason: 'a faulty import', n: 0 } }];
  return { ...happening(streamId, expectedVersion), events };
}
