import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Uuid } from '#kernel';
import {
  Diffs,
  Drift,
  ReadModels,
  Rebuilds,
  SetAside,
  type AsideOrder,
  type DriftFinding,
  type DriftWalk,
  type ListedRebuild,
  type ProjectionStatus,
  type Rebuild,
  type RebuildDiff,
  type RebuildCursor,
} from '#event-store/projections';

/** The progress of every read model. */
export class ListProjections extends Query<readonly ProjectionStatus[]> {}

@QueryHandler(ListProjections)
export class ListProjectionsHandler implements IQueryHandler<ListProjections> {
  constructor(private readonly models: ReadModels) {}

  execute(): Promise<readonly ProjectionStatus[]> {
    return this.models.status();
  }
}

export class ViewRebuild extends Query<Rebuild> {
  constructor(
    readonly projection: string,
    readonly id: Uuid,
  ) {
    super();
  }
}

@QueryHandler(ViewRebuild)
export class ViewRebuildHandler implements IQueryHandler<ViewRebuild> {
  constructor(private readonly rebuilds: Rebuilds) {}

  execute({ projection, id }: ViewRebuild): Promise<Rebuild> {
    return this.rebuilds.view(projection, id);
  }
}

/**
 * Lists the rebuilds of a read model, newest first. Returns one rebuild more than the limit if there is another page.
 */
export class ListRebuilds extends Query<readonly ListedRebuild[]> {
  constructor(
    readonly projection: string,
    readonly limit: number,
    readonly after?: RebuildCursor,
  ) {
    super();
  }
}

@QueryHandler(ListRebuilds)
export class ListRebuildsHandler implements IQueryHandler<ListRebuilds> {
  constructor(private readonly rebuilds: Rebuilds) {}

  execute({ projection, limit, after }: ListRebuilds): Promise<readonly ListedRebuild[]> {
    return this.rebuilds.list(projection, limit + 1, after);
  }
}

/** The differences between the table that a rebuild has built and the table that it replaces. */
export class DiffRebuild extends Query<RebuildDiff> {
  constructor(
    readonly projection: string,
    readonly id: Uuid,
  ) {
    super();
  }
}

@QueryHandler(DiffRebuild)
export class DiffRebuildHandler implements IQueryHandler<DiffRebuild> {
  constructor(private readonly diffs: Diffs) {}

  execute({ projection, id }: DiffRebuild): Promise<RebuildDiff> {
    return this.diffs.of(projection, id);
  }
}

export interface AsideOrders {
  readonly projection: string;
  readonly orders: readonly AsideOrder[];
}

/** The orders that a read model has set aside, because it could not use their events. */
export class ListSetAside extends Query<AsideOrders> {
  constructor(readonly projection: string) {
    super();
  }
}

@QueryHandler(ListSetAside)
export class ListSetAsideHandler implements IQueryHandler<ListSetAside> {
  constructor(private readonly setAside: SetAside) {}

  async execute({ projection }: ListSetAside): Promise<AsideOrders> {
    return { projection, orders: await this.setAside.list(projection) };
  }
}

export interface DriftReport {
  readonly walks: readonly DriftWalk[];
  readonly findings: readonly DriftFinding[];
}

/** The progress of the check for drift, and the rows of read models that differ from their events. */
export class ViewDrift extends Query<DriftReport> {}

@QueryHandler(ViewDrift)
export class ViewDriftHandler implements IQueryHandler<ViewDrift> {
  constructor(private readonly drift: Drift) {}

  async execute(): Promise<DriftReport> {
    return { walks: await this.drift.walks(), findings: await this.drift.findings() };
  }
}
