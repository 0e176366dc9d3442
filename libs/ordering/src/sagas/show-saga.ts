import type { z } from 'zod';
import type { SagaStatus } from '../model/saga-status';
import type { JournalLineAnswer, SagaAnswer, ViewedSagaAnswer } from './saga-answer';
import { sagaId, type SagaName } from './saga-id';

interface Listed extends SagaStatus {
  readonly name: string;
  readonly id: string;
  readonly definition: number;
  readonly version: number;
  readonly startedAt: Date;
  readonly changedAt: Date;
  readonly since: Date;
}

interface Line extends Omit<z.infer<typeof JournalLineAnswer>, 'at' | 'happenedAt' | 'asked' | 'timers' | 'fired'> {
  readonly at: Date;
  readonly happenedAt: Date | null;
  readonly requests: readonly z.infer<typeof JournalLineAnswer>['asked'][number][];
  readonly timers: readonly z.infer<typeof JournalLineAnswer>['timers'][number][];
  readonly fired: { readonly name: string; readonly dueAt: string } | null;
}

interface Viewed {
  readonly saga: Listed & { readonly state: object };
  readonly journal: readonly Line[];
  readonly timers: readonly { readonly name: string; readonly dueAt: Date }[];
  readonly messages: readonly {
    readonly context: string;
    readonly seq: number;
    readonly handler: string;
    readonly messageId: string;
    readonly type: string;
    readonly state: 'waiting' | 'dead';
    readonly attempts: number;
    readonly nextAt: Date | null;
    readonly error: string | null;
  }[];
}

export function showSaga(listed: Listed): z.infer<typeof SagaAnswer> {
  const { id: orderId, definition, status, step, waitingFor, asked, attention, version } = listed;
  const name = listed.name as SagaName;
  return {
    ...{ id: sagaId({ name, orderId }), name, orderId, definition, state: status, step },
    ...{ since: listed.since.toISOString(), waitingFor, asked, needsAttention: attention !== null, attention, version },
    ...{ startedAt: listed.startedAt.toISOString(), changedAt: listed.changedAt.toISOString() },
  };
}

const showLine = (line: Line): z.infer<typeof JournalLineAnswer> => ({
  ...{ version: line.version, at: line.at.toISOString(), happenedAt: line.happenedAt?.toISOString() ?? null },
  ...{ heard: line.heard, messageId: line.messageId, attempts: line.attempts, note: line.note },
  ...{ asked: [...line.requests], timers: [...line.timers], fired: line.fired },
  ...{ instance: line.instance, takeover: line.takeover },
});

export const showViewed = ({ saga, journal, timers, messages }: Viewed): z.infer<typeof ViewedSagaAnswer> => ({
  ...showSaga(saga),
  data: saga.state as Record<string, unknown>,
  journal: journal.map(showLine),
  timers: timers.map(({ name, dueAt }) => ({ name, dueAt: dueAt.toISOString() })),
  messages: messages.map(({ context, seq, handler, messageId, type, state, attempts, nextAt, error }) => ({
    ...{ id: `${context}-${seq}`, context, handler, messageId, type, state, attempts },
    ...{ nextAt: nextAt?.toISOString() ?? null, error },
  })),
});
