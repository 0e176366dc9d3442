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
 * A route of server-sent events answers 200 before its handler runs. So this guard first checks the caller's rights, and
 * that the rebuild exists.
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
