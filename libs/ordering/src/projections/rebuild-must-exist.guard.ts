import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { isUuid } from '#kernel';
import { RightsWatch, type Caller } from '#platform/security';
import { ViewRebuild } from './projections.query';

interface StreamRequest {
  readonly params: { readonly name: string; readonly id: string };
  readonly caller: Caller;
}

/**
 * A route of server-sent events answers 200 before its handler runs, so the handler can no longer refuse. This guard
 * runs earlier. It checks that the caller has not lost the right to follow, and that the rebuild exists.
 */
@Injectable()
export class RebuildMustExist implements CanActivate {
  constructor(
    private readonly queries: QueryBus,
    private readonly rights: RightsWatch,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { params, caller } = context.switchToHttp().getRequest<StreamRequest>();
    const loss = await this.rights.lossOf(caller);
    if (loss) throw loss;
    const id = params.id.toLowerCase();
    if (isUuid(id)) await this.queries.execute(new ViewRebuild(params.name, id));
    return true;
  }
}
