import { OrderMessage, type Uuid } from '#kernel';
import type { Database } from '#platform/database';
import type { Leadership } from '#platform/leadership';
import { SystemClock, SystemIds } from '#platform/system';
import { Outbox } from '../../messaging/outbox';
import { MessageRegistry } from '../../messaging/registry';
import { Signal } from '../../messaging/signal';
import { EventTypes } from '../event-types';
import type { Append } from '../events';
import { LogSignals } from '../log-signals';
import { PgEventStore } from '../pg-event-store';
import { SealKey } from '../seal-key';
import { Sealer } from '../sealer';
import { Sequencer } from '../sequencer';

export class Told extends OrderMessage<{ orderId: Uuid; version: number }> {
  static readonly type = 'ordering.told.v1';
}

export const ids = new SystemIds();
export const key = new SealKey(Buffer.alloc(32, 7).toString('base64'));

const alone = {
  leads: () => true,
  hasPeers: false,
  notify: () => undefined,
  onWord: () => undefined,
} as unknown as Leadership;

/** A store and a sequencer on a database, as one process has them. */
export function storeOn(db: Database, types = new EventTypes([{ type: 'Happened' }, { type: 'Ended' }])) {
  const signals = new LogSignals('ordering', alone);
  const registry = new MessageRegistry();
  registry.add(Told);
  const outbox = new Outbox(db, registry, new SystemClock(), ids, new Signal(), new Signal());
  const sealer = new Sealer(db, new SystemClock(), key);
  return {
    store: new PgEventStore(db, types, signals, key, outbox),
    sequencer: new Sequencer(db, alone, signals, sealer),
    sealer,
    outbox,
  };
}

/** An append of one event, or of as many as `data` has items. */
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
