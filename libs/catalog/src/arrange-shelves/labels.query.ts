import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';

import type { Uuid } from '#kernel';

import { Labels, type LabelKind, type StoredLabel } from './labels.store';

/** One category or brand as it is stored, or all of them. */
export class LookUpLabels extends Query<readonly StoredLabel[]> {
  constructor(
    readonly kind: LabelKind,
    readonly id?: Uuid,
  ) {
    super();
  }
}

@QueryHandler(LookUpLabels)
export class LookUpLabelsHandler implements IQueryHandler<LookUpLabels> {
  constructor(private readonly labels: Labels) {}

  async execute({ kind, id }: LookUpLabels): Promise<readonly StoredLabel[]> {
    return id === undefined ? this.labels.list(kind) : [await this.labels.find(kind, id)];
  }
}
