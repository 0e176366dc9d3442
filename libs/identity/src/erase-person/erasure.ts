import type { Uuid } from '#kernel';

/** The contexts that store personal data. The catalogue and inventory store none. */
export const erasureParts = ['identity', 'customers', 'cart', 'ordering', 'payments', 'notifications'] as const;
export type ErasurePart = (typeof erasureParts)[number];

/** The state of a person's erasure. */
export interface Erasure {
  readonly id: Uuid;
  /** The person whose key is destroyed: the account's id, or the order's id for a guest. */
  readonly subject: Uuid;
  readonly kind: 'customer' | 'guest';
  readonly state: 'under-way' | 'done';
  readonly askedAt: string;
  readonly doneAt: string | null;
  readonly contexts: readonly { readonly name: ErasurePart; readonly done: boolean; readonly at: string | null }[];
}

/** The state of an erasure. It is `done` when every context has answered. `answeredAt`: when each context answered. */
export function erasureOf(
  asked: Pick<Erasure, 'id' | 'subject' | 'kind' | 'askedAt'>,
  answeredAt: Readonly<Partial<Record<string, string>>>,
): Erasure {
  const contexts = erasureParts.map((name) => ({
    name,
    done: answeredAt[name] !== undefined,
    at: answeredAt[name] ?? null,
  }));
  const isDone = contexts.every(({ done }) => done);
  const doneAt = isDone ? contexts.map(({ at }) => at!).reduce((last, at) => (at > last ? at : last)) : null;
  return { ...asked, state: isDone ? 'done' : 'under-way', doneAt, contexts };
}
