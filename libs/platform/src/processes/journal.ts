import { derivedId, type Uuid } from '#kernel';

/** A line of the journal as it is kept: what follows from the message's id is not kept with it. */
export interface JournalRow {
  readonly process: string;
  readonly version: number;
  readonly at: Date;
  readonly heard: string;
  readonly messageId: Uuid;
  readonly happenedAt: Date | null;
  readonly attempts: number;
  readonly note: string;
  readonly asked: readonly string[];
  readonly askedKeys: readonly (string | null)[] | null;
  readonly timers: readonly { readonly name: string; readonly dueAt: string | null }[] | null;
  readonly handledBy: number | null;
}

export interface Asked {
  readonly type: string;
  readonly messageId: Uuid;
  readonly idempotencyKey: string | null;
}

/** A timer that was set, or cancelled where it is due never. */
export interface TimerLine {
  readonly name: string;
  readonly dueAt: string | null;
}

export interface JournalLine {
  readonly process: string;
  readonly version: number;
  /** When it was heard, and when what it tells of happened (unknown on lines of old). */
  readonly at: Date;
  readonly happenedAt: Date | null;
  readonly heard: string;
  readonly messageId: Uuid;
  /** How often the message was tried until it was heard. */
  readonly attempts: number;
  readonly note: string;
  readonly asked: readonly Asked[];
  readonly timers: readonly TimerLine[];
  /** The timer that this message was, and when it had been due. */
  readonly fired: { readonly name: string; readonly dueAt: string } | null;
  /** The instance that took the step; unknown on lines of old. */
  readonly instance: number | null;
  /** Another instance had taken the step before. */
  readonly takeover: boolean;
}

/** The ids of what a step sends follow from the message it heard: first what it asks, then its timers. */
const idsOf = ({ messageId, process, asked, timers }: JournalRow): Uuid[] =>
  Array.from({ length: asked.length + (timers?.length ?? 0) }, (_, index) => derivedId(messageId, process, index));

/** Lines of one id in the order of hearing: which timer fired, and who took over, is read off those before. */
export function recall(rows: readonly JournalRow[]): JournalLine[] {
  const due = new Map<Uuid, { name: string; dueAt: string }>();
  const before = new Map<string, number>();
  return rows.map(({ askedKeys, handledBy, ...row }) => {
    const ids = idsOf({ askedKeys, handledBy, ...row });
    const timers = row.timers ?? [];
    timers.forEach(({ name, dueAt }, index) => {
      if (dueAt !== null) due.set(ids[row.asked.length + index], { name, dueAt });
    });
    const last = before.get(row.process);
    if (handledBy !== null) before.set(row.process, handledBy);
    return {
      ...row,
      asked: row.asked.map((type, index) => ({
        ...{ type, messageId: ids[index] },
        idempotencyKey: askedKeys?.[index] ?? null,
      })),
      timers,
      fired: due.get(row.messageId) ?? null,
      instance: handledBy,
      takeover: last !== undefined && handledBy !== null && last !== handledBy,
    };
  });
}
