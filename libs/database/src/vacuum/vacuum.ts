import type { Client, Pool } from 'pg';
import type { ContextName } from '#platform/config';
import { cancel } from '../pool/cancel';
import { connect, ownerSettings } from '../pool/connection';

const SKIPPED = /^(?:01000|55P03)$/; // no right to vacuum the table, or another session has locked it

/**
 * Vacuums tables on a separate connection, because a large table takes longer than the pools' statement timeout. Tables
 * that another session has locked are skipped. The vacuum runs as the owner role, which is allowed to vacuum its tables
 * on every version of Postgres.
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
      if (!this.closed) await vacuumEach(client, tables);
    } finally {
      this.client = undefined;
      void client.end().catch(() => undefined);
    }
  }

  /** Cancels a running vacuum. After this call no vacuum starts any more. */
  cancel(): void {
    this.closed = true;
    if (this.client) cancel(this.client);
  }
}

/** Vacuums each table, also after a failure. Then throws the first failure. */
async function vacuumEach(client: Client, tables: readonly string[]): Promise<void> {
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
