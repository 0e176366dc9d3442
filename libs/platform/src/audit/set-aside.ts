import type { Logger } from '@nestjs/common';
import type { WaitingRow } from './chain.store';

const AGAIN_AFTER_MS = 10 * 60_000;

/** SQLSTATE classes of faults in the data itself: wrong values, broken constraints, values that are too long. */
const OF_THE_ROW = /^(?:22|23|54)\w{3}$/;

export function isOfTheRow(error: unknown): error is Error {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && OF_THE_ROW.test(code);
}

/** Rows that cannot have a place in the chain. They are tried again every ten minutes, and do not block other rows. */
export class SetAside {
  private readonly rows = new Map<number, { readonly message: string; readonly at: number }>();

  constructor(private readonly log: Logger) {}

  get arrived(): number[] {
    return [...this.rows.keys()];
  }

  get trouble(): string | undefined {
    const [first] = this.rows.values();
    if (!first) return undefined;
    const others = this.rows.size > 1 ? `, and neither have ${this.rows.size - 1} others` : '';
    return `${first.message}${others}`;
  }

  add({ arrived, kind, id }: WaitingRow, why: string): void {
    const message = `the ${kind} ${id} has no place in the chain of the audit trail: ${why}`;
    if (!this.rows.has(arrived)) this.log.error(message);
    this.rows.set(arrived, { message, at: performance.now() });
  }

  tryAgain(): void {
    for (const [arrived, { at }] of this.rows) if (performance.now() - at > AGAIN_AFTER_MS) this.rows.delete(arrived);
  }
}
