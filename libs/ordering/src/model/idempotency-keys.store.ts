import { Injectable } from '@nestjs/common';
import { DomainError, type Uuid } from '#kernel';
import { Database, statement } from '#database';
import { defineGuard } from '#event-store';

/**
 * The key that a client gives to a request, so that it can repeat the request. Different callers can use the same key.
 */
export interface IdempotencyKey {
  readonly caller: string;
  readonly key: string;
  readonly bodyHash: string;
  /** The command's name. If the key is used again for another command, the request is refused. */
  readonly command: string;
}

export interface StoredKey extends IdempotencyKey {
  readonly commandId: Uuid;
  readonly orderId: Uuid;
  readonly createdAt: Date;
}

/**
 * The caller has already used the key. If the command and the body are the same, the request is a repeat, and `stored`
 * leads to its answer. Otherwise the key was reused by mistake.
 */
export class IdempotencyKeyTaken extends DomainError {
  constructor(readonly stored: StoredKey) {
    super('IDEMPOTENCY_KEY_REUSED', 'reused', 'This Idempotency-Key was used for another request: take a new one.');
  }
}

const FIND_KEY = statement(
  'key-find',
  `select caller, key, body_hash as "bodyHash", command, command_id as "commandId", order_id as "orderId",
     created_at as "createdAt"
   from idempotency_keys where caller = $1 and key = $2`,
);

/** Stores the key with the order of the append. Throws IdempotencyKeyTaken if the key is already stored. */
export const keyUsedOnce = defineGuard<IdempotencyKey>({
  name: 'key',
  place: 'after',
  sql: ({ caller, key, bodyHash, command, commandId, streamId }) =>
    `insert into idempotency_keys (caller, key, body_hash, command, command_id, order_id)
    select ${caller}::text, ${key}::text, ${bodyHash}::text, ${command}::text, ${commandId}::uuid, ${streamId}::uuid
    from head returning 1`,
  violated: {
    idempotency_keys_pkey: async ({ caller, key }, lookUp) => {
      const [stored] = await lookUp<StoredKey>(FIND_KEY, [caller, key]);
      return stored && new IdempotencyKeyTaken(stored);
    },
  },
});

/** The stored keys. They are deleted after 24 hours. */
@Injectable()
export class IdempotencyKeys {
  constructor(private readonly db: Database) {}

  async find(caller: string, key: string): Promise<StoredKey | undefined> {
    const query = () => this.db.query<StoredKey>(FIND_KEY, [caller, key]);
    return (await (this.db.hasSentBegin() ? query() : this.db.outsideTransaction(query)))[0];
  }
}

const BATCH = 1_000;

/** Deletes the keys that are older than 24 hours. Returns how many keys were deleted. */
export async function pruneKeys(db: Database): Promise<number> {
  for (let pruned = 0; ;) {
    const { count } = await db.execute(
      `delete from idempotency_keys where (caller, key) in (
         select caller, key from idempotency_keys where created_at < now() - interval '24 hours'
         order by created_at limit ${BATCH})`,
    );
    pruned += count;
    if (count < BATCH) return pruned;
  }
}
