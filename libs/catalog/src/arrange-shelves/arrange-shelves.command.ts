import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

import type { Uuid, Seen } from '#kernel';
import { Database } from '#database';
import { findChangedImmutableFields, InvalidInput } from '#platform/http';
import { Ids } from '#platform/system';

import { slugOf } from '../model/slug';
import { CacheInvalidation } from '../shelf/cache-invalidation.adapter';
import { Labels, type LabelKind, type StoredLabel } from './labels.store';

export interface LabelDraft {
  readonly name: string;
  readonly nameEn?: string | null;
  readonly slug?: string;
  readonly description?: string | null;
  readonly position?: number | null;
}

/**
 * `make` adds a category or brand. `change` changes the given fields. `remove` removes a category or brand without
 * products.
 */
export type Arrangement =
  | { readonly make: LabelDraft }
  | { readonly change: Partial<LabelDraft> & { readonly id?: Uuid }; readonly id: Uuid; readonly seen?: Seen }
  | { readonly remove: true; readonly id: Uuid; readonly seen?: Seen };

export class ArrangeShelves extends Command<StoredLabel | null> {
  constructor(
    readonly kind: LabelKind,
    readonly arrangement: Arrangement,
  ) {
    super();
  }
}

/** The columns of the fields that were sent. Null clears a text, and sets the position to 0. */
const labelColumns = (kind: LabelKind, { name, slug, description, nameEn, position }: Partial<LabelDraft>) => ({
  ...(name !== undefined && { name }),
  ...(slug !== undefined && { slug }),
  ...(description !== undefined && { description }),
  ...(kind === 'category' && nameEn !== undefined && { nameEn }),
  ...(kind === 'category' && position !== undefined && { position: position ?? 0 }),
});

@CommandHandler(ArrangeShelves)
export class ArrangeShelvesHandler implements ICommandHandler<ArrangeShelves> {
  constructor(
    private readonly db: Database,
    private readonly labels: Labels,
    private readonly invalidation: CacheInvalidation,
    private readonly ids: Ids,
  ) {}

  execute({ kind, arrangement }: ArrangeShelves): Promise<StoredLabel | null> {
    return this.db.transaction(async () => {
      this.invalidation.labelsChanged();
      if ('remove' in arrangement) {
        await this.labels.remove(kind, arrangement.id, arrangement.seen);
        return null;
      }
      if ('change' in arrangement) {
        const wrong = findChangedImmutableFields({ id: arrangement.id }, arrangement.change);
        if (wrong.length > 0) throw new InvalidInput(wrong);
        const change = labelColumns(kind, arrangement.change);
        return this.labels.change(kind, arrangement.id, change, arrangement.seen);
      }
      const id = this.ids.next();
      const { name } = arrangement.make;
      const slug = arrangement.make.slug ?? this.labels.slugFor(kind, slugOf(name, `${kind}-${id.slice(-12)}`), id);
      const { description = null, nameEn = null, position = 0 } = arrangement.make;
      const rest = labelColumns(kind, { description, nameEn, position });
      return this.labels.add(kind, { ...rest, id, name, slug });
    });
  }
}
