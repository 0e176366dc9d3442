import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Uuid } from '#kernel';
import { ReadModels, Rebuilds, type ProjectionStatus, type Rebuild } from '#platform/projections';

/** How far every read model has come. */
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
