import type { ContextName } from '#platform/config';
import type { Line } from '#messaging/journals';

/** The content of one step in the journal. Instants are in ISO 8601 to the microsecond. */
export interface SagaLine {
  readonly name: string;
  readonly id: string;
  readonly version: number;
  readonly heard: string;
  readonly messageId: string;
  readonly happenedAt: string | null;
  readonly attempts: number;
  readonly note: string;
  readonly asked: readonly string[];
  readonly askedKeys: readonly (string | null)[] | null;
  readonly timers: readonly object[] | null;
  readonly handledBy: number | null;
  /** When this process made the MAC. The time of the line, which the database sets, must be close to it. */
  readonly markedAt: string | null;
}

export const sagaJournalTable = (context: ContextName): string => `${context}.process_journal`;

export const macContentOf = (context: ContextName, { name, id, version, ...told }: SagaLine): Line => ({
  journal: sagaJournalTable(context),
  identity: [name, id, version],
  told,
});
