import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { isUuid } from '#kernel';
import { ViewRebuild } from './projections.query';

/** A stream says 200 before its handler has looked anything up, so what is not there is refused at the door. */
@Injectable()
export class RebuildThere implements CanActivate {
  constructor(private readonly queries: QueryBus) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { params } = context.switchToHttp().getRequest<{ params: { name: string; id: string } }>();
    if (isUuid(params.id)) await this.queries.execute(new ViewRebuild(params.name, params.id));
    return true;
  }
}
