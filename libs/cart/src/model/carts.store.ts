import { Injectable } from '@nestjs/common';
import { IsNull, Raw } from 'typeorm';
import type { Uuid } from '#kernel';
import { Database, statement } from '#database';
import { singleStatement, runSingleStatement, Outbox } from '#messaging';
import { CartEntity } from './cart.entity';
import { mergeCarts } from './merge-cart';
import { emptyCart, hasOrderedSince, isOpenTo, versionAbove, type Cart, type CartLine } from './cart';
import { CartTokenSpent } from './cart-errors';
import { cartIdOf, type GuestOwner, type Owner } from './owner';

interface CartRow {
  readonly id: Uuid;
  readonly version: number;
  readonly lines: readonly CartLine[];
  readonly ordered_version: number | null;
  readonly merged_into: Uuid | null;
  readonly merged_since: number | null;
  readonly moved: boolean;
  readonly closed: boolean;
}

/** A cart, and the carts of users to which log-ins moved its lines. */
export interface CartWithTargets {
  readonly cart?: Cart;
  readonly targets: readonly Cart[];
}

/** Another transaction created, changed or merged the same cart at the same moment. */
class ChangedMeanwhile extends Error {}

/** All carts. Carts are always locked in the order of their ids, so that there is no deadlock. */
@Injectable()
export class Carts {
  constructor(
    private readonly db: Database,
    private readonly outbox: Outbox,
  ) {}

  /** The owner's current cart. If a user had a cart as a guest, merges it first. Throws CartTokenSpent. */
  async current(owner: Owner): Promise<Cart> {
    const id = cartIdOf(owner);
    const before = owner.kind === 'user' ? owner.before : undefined;
    const guest = before && cartIdOf(before);
    const carts = await this.read(findCarts, guest ? [id, guest] : [id]);
    // An empty cart of a guest is merged too. Otherwise somebody who knows the token could still add lines to it.
    if (before && isOpenTo(carts.get(guest!) ?? emptyCart(guest!), before)) return this.merge(owner, before);
    return requireOpen(carts.get(id) ?? emptyCart(id), owner);
  }

  /**
   * Changes the owner's cart by a rule. The cart is locked, so two changes of one cart run one after the other. If the
   * rule returns the same cart, nothing is stored. Throws CartTokenSpent.
   */
  async change(owner: Owner, rule: (cart: Cart) => Cart): Promise<Cart> {
    if (owner.kind === 'user' && owner.before) await this.current(owner);
    const id = cartIdOf(owner);
    return this.withOneRetry(async () => {
      const cart = requireOpen((await this.read(lockCarts, [id])).get(id) ?? emptyCart(id), owner);
      const changed = rule(cart);
      if (changed === cart) return cart;
      const after = owner.kind === 'guest' ? { ...changed, version: versionAbove(changed, owner) } : changed;
      await this.insertOrSave(cart, after, owner);
      return after;
    });
  }

  /** The cart and all carts to which log-ins moved its lines, locked until the transaction ends. */
  async lockWithTargets(id: Uuid): Promise<CartWithTargets> {
    const targetIds = await this.targetsOf(id);
    const carts = await this.read(lockCarts, [id, ...targetIds]);
    // Perhaps another transaction committed a merge while this transaction waited for the lock.
    if ((await this.targetsOf(id)).length !== targetIds.length)
      throw new ChangedMeanwhile(`another transaction has just merged cart ${id}`);
    const targets = targetIds.map((target) => carts.get(target) ?? emptyCart(target));
    return { cart: carts.get(id), targets };
  }

  /**
   * The id of the user's cart into which this cart was merged by the first log-in at this version or later. A log-in
   * does not count if the order at this version had already spent its token.
   */
  async findTakeoverCart(id: Uuid, version: number): Promise<Uuid | undefined> {
    return (await this.db.query<{ id: Uuid }>(findTakeover, [id, version]))[0]?.id;
  }

  /**
   * Changes a cart without a lock, in a message handler. Returns false if the change must be repeated with a lock,
   * because the cart has changed since it was read, or because a log-in moved lines to another cart.
   */
  async changeWithoutLock(id: Uuid, rule: (cart: Cart) => Cart): Promise<boolean> {
    if (!this.outbox.unit() || this.db.hasSentBegin()) return false;
    const cart = (await this.db.outsideTransaction(() => this.read(findCarts, [id]))).get(id);
    if (!cart) return true;
    const after = rule(cart);
    if (after === cart) return true;
    return !cart.moved && (await runSingleStatement(this.outbox, saveCart, saveValues(cart, after))).length > 0;
  }

  /** Stores that an order's lines were returned. Returns false if this was stored before. Call it in a transaction. */
  async recordReturn(orderId: Uuid): Promise<boolean> {
    return (await this.db.query(insertReturn, [orderId])).length > 0;
  }

  /**
   * Stores the cart of a user after lines of a guest's order were returned to it. If the user's cart never had a line,
   * its row does not exist yet.
   */
  async saveTarget(guest: Uuid, before: Cart, after: Cart): Promise<void> {
    if (before.version > 0) return this.save(before, after);
    const rows = await this.db.query(insertTargetCart, [guest, after.id, after.version, JSON.stringify(after.lines)]);
    if (rows.length === 0) throw new ChangedMeanwhile(`another transaction has just created cart ${after.id}`);
  }

  /** Stores a changed cart. Throws ChangedMeanwhile if the stored version differs from the version of `before`. */
  async save(before: Cart, after: Cart): Promise<void> {
    const rows = await this.db.query(saveCart.plain, saveValues(before, after));
    if (rows.length === 0) throw new ChangedMeanwhile(`another transaction has changed cart ${after.id}`);
  }

  async empty(id: Uuid): Promise<void> {
    const { entities } = this.db;
    const changes = { lines: [], version: () => 'version + 1', updatedAt: () => 'now()' };
    await entities.update(CartEntity, { id, lines: Raw((lines) => `${lines} <> '[]'`) }, changes);
  }

  /** Closes the cart of an erased person, so that no lines of failed orders are returned to it. */
  async close(id: Uuid): Promise<void> {
    await this.db.entities.update(CartEntity, { id, closedAt: IsNull() }, { closedAt: () => 'now()' });
  }

  /**
   * Cleans up guests' carts that have not changed since `untouchedSince`. A cart from which an order was placed is
   * emptied. Any other cart is deleted. Empties at most `atMost` carts and deletes at most `atMost`. Returns how many
   * carts it emptied or deleted.
   */
  async sweep(untouchedSince: Date, atMost: number): Promise<number> {
    const { count: deleted } = await this.db.execute(deleteUnused, [untouchedSince, atMost]);
    const { count: emptied } = await this.db.execute(emptyUnused, [untouchedSince, atMost]);
    return deleted + emptied;
  }

  private merge(owner: Owner, before: GuestOwner): Promise<Cart> {
    const [id, guest] = [cartIdOf(owner), cartIdOf(before)];
    return this.withOneRetry(async () => {
      const carts = await this.read(lockCarts, [id, guest]);
      const [userCart, guestCart] = [carts.get(id) ?? emptyCart(id), carts.get(guest) ?? emptyCart(guest)];
      const merged = mergeCarts(userCart, guestCart, before);
      if (!merged) return userCart; // another request has merged the carts already
      await this.insertOrSave(guestCart, merged.guest, before);
      if (owner.kind === 'user')
        await this.db.query(insertMerge, [guest, id, owner.userId, guestCart.version, before.since]);
      if (merged.cart !== userCart) await this.insertOrSave(userCart, merged.cart, owner);
      return merged.cart;
    });
  }

  private async insertOrSave(before: Cart, after: Cart, owner: Owner): Promise<void> {
    if (before.version > 0) return this.save(before, after);
    const [userId, tokenHash] = owner.kind === 'user' ? [owner.userId, null] : [null, owner.tokenHash];
    const lines = JSON.stringify(after.lines);
    const merged = [after.mergedInto ?? null, after.mergedSince ?? null];
    const values = [after.id, userId, tokenHash, after.version, lines, ...merged];
    const rows = await this.db.query(insertCart, values);
    if (rows.length === 0) throw new ChangedMeanwhile(`another transaction has just created cart ${after.id}`);
  }

  private async targetsOf(id: Uuid): Promise<readonly Uuid[]> {
    return (await this.db.query<{ id: Uuid }>(findTargets, [id])).map((row) => row.id);
  }

  private async read(sql: typeof findCarts, ids: readonly Uuid[]): Promise<ReadonlyMap<Uuid, Cart>> {
    const rows = await this.db.query<CartRow>(sql, [ids]);
    return new Map(rows.map((row) => [row.id, cartFromRow(row)]));
  }

  /**
   * Runs the work in a transaction. If another transaction has just changed the same cart, runs the work once more. (A
   * new cart has no row to lock, so two transactions can try to create the same cart.)
   */
  async withOneRetry<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.db.transaction(work);
    } catch (error) {
      // In an outer transaction, only the caller can roll back and repeat the work.
      if (!(error instanceof ChangedMeanwhile) || this.db.inTransaction()) throw error;
      return this.db.transaction(work);
    }
  }
}

/** Returns the cart. Throws if the owner is a guest whose token no longer opens this cart. */
function requireOpen(cart: Cart, owner: Owner): Cart {
  if (owner.kind === 'guest' && !isOpenTo(cart, owner))
    throw new CartTokenSpent(hasOrderedSince(cart, owner) ? 'order' : 'log-in');
  return cart;
}

const cartFromRow = (row: CartRow): Cart => ({
  id: row.id,
  version: row.version,
  lines: row.lines,
  ...(row.ordered_version !== null && { orderedVersion: row.ordered_version }),
  ...(row.merged_into !== null && { mergedInto: row.merged_into }),
  ...(row.merged_since !== null && { mergedSince: row.merged_since }),
  ...(row.moved && { moved: true }),
  ...(row.closed && { closed: true }),
});

const saveValues = (before: Cart, after: Cart): unknown[] => [
  ...[after.id, after.version, JSON.stringify(after.lines), after.orderedVersion ?? null, after.mergedInto ?? null],
  ...[after.mergedSince ?? null, before.version],
];

const columns = `id, version, lines, ordered_version, merged_into, merged_since, closed_at is not null as closed,
  exists (select from cart_merges m where m.cart_id = carts.id) as moved`;

const findCarts = statement('carts-find', `select ${columns} from carts where id = any((select $1::uuid[])::uuid[])`);

const lockCarts = statement('carts-lock', `${findCarts.text} order by id for update`);

const findTargets = statement(
  'carts-targets',
  'select distinct into_id as id from cart_merges where cart_id = $1 order by into_id',
);

const insertMerge = statement(
  'carts-moved',
  `insert into cart_merges (cart_id, into_id, user_id, merged_version, merged_since) values ($1, $2, $3, $4, $5)
   on conflict do nothing`,
);

const findTakeover = statement(
  'carts-took-over',
  `select into_id as id from cart_merges
   where cart_id = $1 and merged_version >= $2 and coalesce(merged_since, $2) >= $2 order by merged_version limit 1`,
);

const insertTargetCart = statement(
  'carts-make-target',
  `insert into carts (id, user_id, version, lines)
   select into_id, user_id, $3, $4::jsonb from cart_merges where cart_id = $1 and into_id = $2
   on conflict do nothing returning id`,
);

const insertReturn = statement(
  'carts-returned',
  'insert into returned_orders (order_id) values ($1) on conflict do nothing returning order_id',
);

const insertCart = statement(
  'carts-make',
  `insert into carts (id, user_id, token_hash, version, lines, merged_into, merged_since)
   values ($1, $2, $3, $4, $5::jsonb, $6, $7)
   on conflict do nothing returning id`,
);

const saveCart = singleStatement(
  'carts-save',
  `work as (
   update carts set version = $2, lines = $3::jsonb, ordered_version = $4, merged_into = $5, merged_since = $6,
     updated_at = now()
   where id = $1 and version = $7 returning id)`,
  7,
);

const deleteUnused = statement(
  'carts-sweep',
  `delete from carts where id in (
     select id from carts where user_id is null and ordered_version is null and updated_at < $1
     order by updated_at limit $2 for update skip locked)`,
);

// A cart from which an order was placed is emptied and not deleted, so that its version never starts at 1 again.
const emptyUnused = statement(
  'carts-sweep-lines',
  `update carts set lines = '[]', version = version + 1 where id in (
     select id from carts where user_id is null and ordered_version is not null and lines <> '[]' and updated_at < $1
     order by updated_at limit $2 for update skip locked)`,
);
