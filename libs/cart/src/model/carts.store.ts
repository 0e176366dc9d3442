import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database, statement } from '#platform/database';
import { atOnce, doAtOnce, Outbox } from '#platform/messaging';
import { canBeMerged, mergeCarts } from '../merge-cart/merge-cart';
import { emptyCart, type Cart, type CartLine } from './cart';
import { cartIdOf, guestBefore, type Owner } from './owner';

interface CartRow {
  readonly id: Uuid;
  readonly version: number;
  readonly lines: readonly CartLine[];
  readonly ordered_version: number | null;
  readonly merged_into: Uuid | null;
  readonly moved: boolean;
  readonly closed: boolean;
}

/** A cart whose lines a log-in moved to the carts of users. */
export interface Branching {
  readonly cart?: Cart;
  /** The carts that ever took lines from it. */
  readonly targets: readonly Cart[];
}

/** Somebody made or merged the same cart at the same moment. */
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
    const theirs = guest && carts.get(guest);
    if (theirs && canBeMerged(theirs)) return this.merge(owner, id, theirs.id);
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

  /** The cart and all carts that log-ins moved its lines to, locked until the transaction ends. */
  async lockWithTargets(id: Uuid): Promise<Branching> {
    const known = await this.targetsOf(id);
    const carts = await this.read(locked, [id, ...known]);
    // A merge may have ended while we waited for its lock.
    if ((await this.targetsOf(id)).length !== known.length) throw new ChangedMeanwhile(`cart ${id} was just merged`);
    const others = known.map((target) => carts.get(target) ?? emptyCart(target));
    return { cart: carts.get(id), targets: others };
  }

  /** The cart of the first account that a log-in merged this cart into, as it was at this version or later. */
  async takenOverBy(id: Uuid, version: number): Promise<Uuid | undefined> {
    return (await this.db.query<{ id: Uuid }>(tookOver, [id, version]))[0]?.id;
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
    return !cart.moved && (await doAtOnce(this.outbox, saved, saving(cart, after))).length > 0;
  }

  /** In a transaction: notes that the order's lines came back; false when they did before, or never will. */
  async noteReturn(orderId: Uuid): Promise<boolean> {
    return (await this.db.query(returned, [orderId])).length > 0;
  }

  /** Keeps what came back into a user's cart that a guest's was merged into; it may not have had a line so far. */
  async saveTarget(guest: Uuid, before: Cart, after: Cart): Promise<void> {
    if (before.version > 0) return this.save(before, after);
    const rows = await this.db.query(madeForTarget, [guest, after.id, after.version, JSON.stringify(after.lines)]);
    if (rows.length === 0) throw new ChangedMeanwhile(`cart ${after.id} was just made`);
  }

  /** Keeps a changed cart. */
  async save(before: Cart, after: Cart): Promise<void> {
    const rows = await this.db.query(saved.plain, saving(before, after));
    if (rows.length === 0) throw new ChangedMeanwhile(`cart ${after.id} changed meanwhile`);
  }

  async empty(id: Uuid): Promise<void> {
    await this.db.query(emptied, [id]);
  }

  /** For an owner who was erased: nothing comes back into this cart. */
  async close(id: Uuid): Promise<void> {
    await this.db.query(closed, [id]);
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
      if (owner.kind === 'user') await this.db.query(moved, [guest, id, owner.userId, theirs.version]);
      if (merged.cart !== mine) await this.keep(mine, merged.cart, owner);
      return merged.cart;
    });
  }

  private async keep(before: Cart, after: Cart, owner: Owner): Promise<void> {
    if (before.version > 0) return this.save(before, after);
    const [userId, tokenHash] = owner.kind === 'user' ? [owner.userId, null] : [null, owner.tokenHash];
    const values = [after.id, userId, tokenHash, after.version, JSON.stringify(after.lines)];
    if ((await this.db.query(made, values)).length === 0) throw new ChangedMeanwhile(`cart ${after.id} was just made`);
  }

  private async targetsOf(id: Uuid): Promise<readonly Uuid[]> {
    return (await this.db.query<{ id: Uuid }>(targets, [id])).map((row) => row.id);
  }

  private async read(sql: typeof found, ids: readonly Uuid[]): Promise<ReadonlyMap<Uuid, Cart>> {
    const rows = await this.db.query<CartRow>(sql, [ids]);
    return new Map(rows.map((row) => [row.id, asCart(row)]));
  }

  /** There is no row to lock before the first line: who loses the race to make it finds it the next time. */
  async patiently<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.db.transaction(work);
    } catch (error) {
      // Within a transaction of the caller's nothing can be undone here: whoever began it begins again.
      if (!(error instanceof ChangedMeanwhile) || this.db.inTransaction()) throw error;
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
  ...(row.moved && { moved: true }),
  ...(row.closed && { closed: true }),
});

const saving = (before: Cart, after: Cart): unknown[] => [
  ...[after.id, after.version, JSON.stringify(after.lines), after.orderedVersion ?? null, after.mergedInto ?? null],
  before.version,
];

const columns = `id, version, lines, ordered_version, merged_into, closed_at is not null as closed,
  exists (select from cart_merges m where m.cart_id = carts.id) as moved`;

const found = statement('carts-find', `select ${columns} from carts where id = any ($1::uuid[])`);

const locked = statement('carts-lock', `${found.text} order by id for update`);

const targets = statement(
  'carts-targets',
  'select distinct into_id as id from cart_merges where cart_id = $1 order by into_id',
);

const moved = statement(
  'carts-moved',
  'insert into cart_merges (cart_id, into_id, user_id, merged_version) values ($1, $2, $3, $4) on conflict do nothing',
);

const tookOver = statement(
  'carts-took-over',
  `select into_id as id from cart_merges where cart_id = $1 and merged_version >= $2 order by merged_version limit 1`,
);

const madeForTarget = statement(
  'carts-make-target',
  `insert into carts (id, user_id, version, lines)
   select into_id, user_id, $3, $4::jsonb from cart_merges where cart_id = $1 and into_id = $2
   on conflict do nothing returning id`,
);

const returned = statement(
  'carts-returned',
  'insert into returned_orders (order_id) values ($1) on conflict do nothing returning order_id',
);

const closed = statement('carts-close', 'update carts set closed_at = now() where id = $1 and closed_at is null');

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
