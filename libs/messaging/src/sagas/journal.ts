import { derivedId, type Uuid } from '#kernel';

/** A timer in a line. Its seconds count from the time of the line. Old lines have a `TimerLine` instead. */
interface StoredTimer {
  readonly name: string;
  readonly afterSeconds: number | null;
}

/** A stored journal line. Ids that can be derived from the message's id are not stored. */
export interface JournalRow {
  readonly saga: string;
  readonly version: number;
  readonly at: Date;
  /** `at` in ISO 8601 to the microsecond. */
  readonly instant?: string;
  readonly heard: string;
  readonly messageId: Uuid;
  readonly happenedAt: Date | null;
  readonly attempts: number;
  readonly note: string;
  readonly asked: readonly string[];
  readonly askedKeys: readonly (string | null)[] | null;
  readonly timers: readonly (TimerLine | StoredTimer)[] | null;
  readonly handledBy: number | null;
}

export interface SentRequest {
  readonly type: string;
  readonly messageId: Uuid;
  readonly idempotencyKey: string | null;
}

/** A timer that was set or, if `dueAt` is null, cancelled. */
export interface TimerLine {
  readonly name: string;
  readonly dueAt: string | null;
}

export interface JournalLine {
  readonly saga: string;
  readonly version: number;
  /** When the message was handled, and when its event happened (unknown on old lines). */
  readonly at: Date;
  /** `at` in ISO 8601 to the microsecond. */
  readonly instant?: string;
  readonly happenedAt: Date | null;
  readonly heard: string;
  readonly messageId: Uuid;
  /** How often the message was tried until it was handled. */
  readonly attempts: number;
  readonly note: string;
  readonly requests: readonly SentRequest[];
  readonly timers: readonly TimerLine[];
  /** If the handled message was a timer: the timer's name, and when it was due. */
  readonly fired: { readonly name: string; readonly dueAt: string } | null;
  /** The number of the instance that handled the message. Null on lines of older builds. */
  readonly instance: number | null;
  /** True if another instance handled the saga's previous message. */
  readonly takeover: boolean;
}

/** The ids of the messages that a step sends, derived from the id of its message: first requests, then timers. */
const derivedIdsOf = ({ messageId, saga, asked, timers }: JournalRow): Uuid[] =>
  Array.from({ length: asked.length + (timers?.length ?? 0) }, (_, index) => derivedId(messageId, saga, index));

const toTimerLine = (timer: TimerLine | StoredTimer, at: Date): TimerLine => {
  if ('dueAt' in timer) return timer;
  const { name, afterSeconds } = timer;
  return {
    name,
    dueAt: afterSeconds === null ? null : new Date(at.getTime() + afterSeconds * 1_000).toISOString(),
  };
};

/**
 * Completes the stored lines of the sagas with one id. The lines must be in the order of handling. From earlier lines
 * it finds which timer fired, and whether another instance took over.
 */
export function completeLines(rows: readonly JournalRow[]): JournalLine[] {
  const dueTimers = new Map<Uuid, { name: string; dueAt: string }>();
  const lastInstances = new Map<string, number>();
  return rows.map(({ asked, askedKeys, handledBy, ...row }) => {
    const ids = derivedIdsOf({ asked, askedKeys, handledBy, ...row });
    const timers = (row.timers ?? []).map((timer) => toTimerLine(timer, row.at));
    timers.forEach(({ name, dueAt }, index) => {
      if (dueAt !== null) dueTimers.set(ids[asked.length + index], { name, dueAt });
    });
    const last = lastInstances.get(row.saga);
    if (handledBy !== null) lastInstances.set(row.saga, handledBy);
    return {
      ...row,
      requests: asked.map((type, index) => ({
        ...{ type, messageId: ids[index] },
        idempotencyKey: askedKeys?.[index] ?? null,
      })),
      timers,
      fired: dueTimers.get(row.messageId) ?? null,
      instance: handledBy,
      takeover: last !== undefined && handledBy !== null && last !== handledBy,
    };
  });
}
