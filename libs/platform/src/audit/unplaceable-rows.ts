import type { Logger } from '@nestjs/common';
import type { WaitingRow } from './chain.store';

const RETRY_AFTER_MS = 10 * 60_000;

/** SQLSTATE classes of faults in the data: wrong values (22), broken constraints (23), exceeded limits (54). */
const DATA_FAULT = /^(?:22|23|54)\w{3}$/;

export function isFaultOfRow(error: unknown): error is Error {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && DATA_FAULT.test(code);
}

/**
 * Rows that could not get a place in the chain. They do not block other rows, and are tried again after ten minutes.
 */
export class UnplaceableRows {
  private readonly rows = new Map<number, { readonly message: string; readonly at: number }>();

  constructor(private readonly log: Logger) {}

  /** The arrival numbers of the rows. */
  get arrivalNumbers(): number[] {
    return [...this.rows.keys()];
  }

  get fault(): string | undefined {
    const [first] = this.rows.values();
    if (!first) return undefined;
    const others = this.rows.size > 1 ? ` (and ${this.rows.size - 1} more like it)` : '';
    return `${first.message}${others}`;
  }

  add({ arrived, kind, id }: WaitingRow, why: string): void {
    const message = `the ${kind} ${id} has no place in the chain of the audit trail: ${why}`;
    if (!this.rows.has(arrived)) this.log.error(message);
    this.rows.set(arrived, { message, at: performance.now() });
  }

  retryOldRows(): void {
    for (const [arrived, { at }] of this.rows) if (performance.now() - at > RETRY_AFTER_MS) this.rows.delete(arrived);
  }
}
