import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database, statement } from '#platform/database';
import { atOnce, doAtOnce, Outbox } from '#platform/messaging';
import { mergeCarts } from '../merge-cart/merge-cart';
import { emptyCart, type Cart, type CartLine } from './cart';
import { cartIdOf, guestBefore, type Owner } from './owner';

interface CartRow {
  readonly id: Uuid;
  readonly version: number;
  readonly lines: readonly CartLine[];
  readonly ordered_version: number | null;
  readonly merged_into: Uuid | null;
}

/** Somebody made the same cart at the same moment. */
class ChangedMeanwhile extends Error {}

/** All carts. Whoever locks two locks them in the order of their ids. */
@Injectable()
export class Carts {
  constructor(
    private readonly db: Database,
    private readonly outbox: Outbox,
  ) {}

  /** The owner's cart as it is now, with what they collected before they logged in. */
  async of(owner: Owner): Promise<Cart> {
    const before = guestBefore(owner);
    const guest = before && cartIdOf(before);
    const id = cartIdOf(owner);
    const carts = await this.read(found, guest ? [id, guest] : [id]);
    if (guest && carts.get(guest)?.lines.length) return this.merge(owner, id, guest);
    return carts.get(id) ?? emptyCart(id);
  }

  /** Changes the owner's cart by a rule. Changes of one cart wait for each other; a rule that gives back the same cart changes nothing. */
  async change(owner: Owner, rule: (cart: Cart) => Cart): Promise<Cart> {
    if (guestBefore(owner)) await this.of(owner);
    const id = cartIdOf(owner);
    return this.patiently(async () => {
      const cart = (await this.read(locked, [id])).get(id) ?? emptyCart(id);
      const after = rule(cart);
      if (after !== cart) await this.keep(cart, after, owner);
      return after;
    });
  }

  /** The cart and the one it was merged into, by id, both locked until the transaction ends. */
  async lockWithMerged(id: Uuid): Promise<{ cart?: Cart; mergedInto?: Cart }> {
    const carts = (await this.db.query<CartRow>(lockedWithMerged, [id])).map(asCart);
    const cart = carts.find((one) => one.id === id);
    return { cart, mergedInto: carts.find((one) => one !== cart) };
  }

  /**
   * In a message handler: changes a cart that was only looked at, if it is still so. False when it has to be done under
   * lock: it changed meanwhile, or was merged into another.
   */
  async changeAtOnce(id: Uuid, rule: (cart: Cart) => Cart): Promise<boolean> {
    if (!this.outbox.unit() || this.db.begun()) return false;
    const cart = (await this.db.outside(() => this.read(found, [id]))).get(id);
    if (!cart) return true;
    const after = rule(cart);
    if (after === cart) return true;
    return !cart.mergedInto && (await doAtOnce(this.outbox, saved, saving(cart, after))).length > 0;
  }

  /** Keeps a changed cart. */
  async save(before: Cart, after: Cart): Promise<void> {
    const rows = await this.db.query(saved.plain, saving(before, after));
    if (rows.length === 0) throw new ChangedMeanwhile(`cart ${after.id} changed meanwhile`);
  }

  async empty(id: Uuid): Promise<void> {
    await this.db.query(emptied, [id]);
  }

  /** Forgets what guests left lying since then, at most so many carts at a time; tells how many. */
  async sweep(untouchedSince: Date, atMost: number): Promise<number> {
    const { count: gone } = await this.db.execute(swept, [untouchedSince, atMost]);
    const { count: emptied } = await this.db.execute(sweptLines, [untouchedSince, atMost]);
    return gone + emptied;
  }

  private merge(owner: Owner, id: Uuid, guest: Uuid): Promise<Cart> {
    return this.patiently(async () => {
      const carts = await this.read(locked, [id, guest]);
      const [mine, theirs] = [carts.get(id) ?? emptyCart(id), carts.get(guest)];
      const merged = theirs && mergeCarts(mine, theirs);
      if (!merged) return mine; // another request was quicker
      await this.save(theirs, merged.guest);
      await this.keep(mine, merged.cart, owner);
      return merged.cart;
    });
  }

  private async keep(before: Cart, after: Cart, owner: Owner): Promise<void> {
    if (before.version > 0) return this.save(before, after);
    const [userId, tokenHash] = owner.kind === 'user' ? [owner.userId, null] : [null, owner.tokenHash];
    const values = [after.id, userId, tokenHash, after.version, JSON.stringify(after.lines)];
    if ((await this.db.query(made, values)).length === 0) throw new ChangedMeanwhile(`cart ${after.id} was just made`);
  }

  private async read(sql: typeof found, ids: readonly Uuid[]): Promise<ReadonlyMap<Uuid, Cart>> {
    const rows = await this.db.query<CartRow>(sql, [ids]);
    return new Map(rows.map((row) => [row.id, asCart(row)]));
  }

  /** There is no row to lock before the first line: who loses the race to make it finds it the next time. */
  private async patiently<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.db.transaction(work);
    } catch (error) {
      if (!(error instanceof ChangedMeanwhile)) throw error;
      return this.db.transaction(work);
    }
  }
}

const asCart = (row: CartRow): Cart => ({
  id: row.id,
  version: row.version,
  lines: row.lines,
  ...(row.ordered_version !== null && { orderedVersion: row.ordered_version }),
  ...(row.merged_into !== null && { mergedInto: row.merged_into }),
});

const saving = (before: Cart, after: Cart): unknown[] => [
  ...[after.id, after.version, JSON.stringify(after.lines), after.orderedVersion ?? null, after.mergedInto ?? null],
  before.version,
];

const columns = 'id, version, lines, ordered_version, merged_into';

const found = statement('carts-find', `select ${columns} from carts where id = any ($1::uuid[])`);

const locked = statement('carts-lock', `${found.text} order by id for update`);

const lockedWithMerged = statement(
  'carts-lock-with-merged',
  `select ${columns} from carts
   where id = any (array(select unnest(array[id, merged_into]) from carts where id = $1)) order by id for update`,
);

const made = statement(
  'carts-make',
  `insert into carts (id, user_id, token_hash, version, lines) values ($1, $2, $3, $4, $5::jsonb)
   on conflict (id) do nothing returning id`,
);

const saved = atOnce(
  'carts-save',
  `work as (
   update carts set version = $2, lines = $3::jsonb, ordered_version = $4, merged_into = $5, updated_at = now()
   where id = $1 and version = $6 returning id)`,
  6,
);

const emptied = statement(
  'carts-empty',
  `update carts set lines = '[]', version = version + 1, updated_at = now() where id = $1 and lines <> '[]'`,
);

const swept = statement(
  'carts-sweep',
  `delete from carts where id in (
     select id from carts where user_id is null and ordered_version is null and updated_at < $1
     order by updated_at limit $2 for update skip locked)`,
);

// A cart that was ordered from is kept, empty: its versions must never be counted from 1 again.
const sweptLines = statement(
  'carts-sweep-lines',
  `update carts set lines = '[]', version = version + 1 where id in (
     select id from carts where user_id is null and ordered_version is not null and lines <> '[]' and updated_at < $1
     order by updated_at limit $2 for update skip locked)`,
);
