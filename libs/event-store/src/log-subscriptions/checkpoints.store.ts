import { statement, type Database } from '#database';

const FIND = statement('log-subscription-find', 'select position from log_subscriptions where name = $1');
const BEGIN = statement(
  'log-subscription-begin',
  'insert into log_subscriptions (name, position) values ($1, $2) on conflict (name) do nothing',
);
const MOVE = statement(
  'log-subscription-move',
  `update log_subscriptions set position = $3, moved_at = now(), failures = 0, error = null
   where name = $1 and position = $2 returning position`,
);
const FAILED = statement(
  'log-subscription-failed',
  'update log_subscriptions set failures = failures + 1, error = $2 where name = $1 returning failures',
);

/** Another process moved the checkpoint, so the work of this transaction must be rolled back. */
export class CheckpointLost extends Error {}

/** The positions that the subscriptions of a context have reached. */
export class Checkpoints {
  constructor(private readonly db: Database) {}

  /** The position after which the subscription continues. `first` returns the position for a new subscription. */
  async findOrCreate(name: string, first: () => Promise<number>): Promise<number> {
    const [known] = await this.db.query<{ position: number }>(FIND, [name]);
    if (known) return known.position;
    await this.db.query(BEGIN, [name, await first()]);
    return (await this.db.query<{ position: number }>(FIND, [name]))[0].position;
  }

  /**
   * Call this as the last statement of a transaction, or alone. If another process has moved the checkpoint, it throws
   * CheckpointLost, which rolls the transaction back.
   */
  async move(name: string, from: number, to: number): Promise<void> {
    await this.db.queryLast(MOVE, [name, from, to], ({ rows }) => {
      if (rows.length === 0) throw new CheckpointLost(`the checkpoint of ${name} is not at ${from} any more`);
    });
  }

  /** Stores why the subscription cannot continue. Returns the number of failures in a row. */
  async storeFailure(name: string, error: string): Promise<number> {
    return (await this.db.query<{ failures: number }>(FAILED, [name, error]))[0]?.failures ?? 1;
  }
}
