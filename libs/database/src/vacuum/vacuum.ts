import type { Client, Pool } from 'pg';
import type { ContextName } from '#platform/config';
import { cancel } from '../pool/cancel';
import { connect, ownerSettings } from '../pool/connection';

const SKIPPED = /^(?:01000|55P03)$/; // no right to it, or somebody else is vacuuming it

/**
 * Vacuums tables on a separate connection, because a large one takes longer than a statement of a request may. Skips
 * tables that somebody else is vacuuming. It works as the owner, who may vacuum on every version of Postgres.
 */
export class Vacuum {
  private client?: Client;
  private closed = false;

  constructor(
    private readonly pool: Pool,
    private readonly context: ContextName,
  ) {}

  async run(tables: readonly string[]): Promise<void> {
    if (this.closed || this.client) return;
    const url = this.pool.options.connectionString!;
    const client = await connect(url, `vacuum ${this.context}`, {
      settings: { ...ownerSettings(url, this.context), lock_timeout: '1s', statement_timeout: '0' },
    });
    this.client = client;
    try {
      if (!this.closed) await sweepEach(client, tables);
    } finally {
      this.client = undefined;
      void client.end().catch(() => undefined);
    }
  }

  /** For ever: a running vacuum is cancelled, and none begins any more. */
  cancel(): void {
    this.closed = true;
    if (this.client) cancel(this.client);
  }
}

/** A failure does not stop the other tables; the first one is thrown. */
async function sweepEach(client: Client, tables: readonly string[]): Promise<void> {
  const failures: Error[] = [];
  client.on('notice', ({ code, message }) => {
    if (code && SKIPPED.test(code)) failures.push(new Error(message));
  });
  for (const table of tables)
    await client
      .query(`vacuum (analyze, skip_locked) ${table}`)
      .catch((error: Error) => failures.push(new Error(`${table}: ${error.message}`, { cause: error })));
  if (failures.length > 0) throw failures[0];
}
