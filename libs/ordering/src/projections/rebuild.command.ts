import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Uuid } from '#kernel';
import { GoLive, Rebuilds, type Rebuild } from '#platform/projections';

/** Asks for a projection to be built anew beside the live one: of all orders, or of some. */
export class StartRebuild extends Command<Rebuild> {
  constructor(
    readonly projection: string,
    readonly goLive: 'manual' | 'auto',
    readonly orders: readonly Uuid[] | null,
    readonly by: string,
  ) {
    super();
  }
}

@CommandHandler(StartRebuild)
export class StartRebuildHandler implements ICommandHandler<StartRebuild> {
  constructor(private readonly rebuilds: Rebuilds) {}

  execute({ projection, goLive, orders, by }: StartRebuild): Promise<Rebuild> {
    return this.rebuilds.start(projection, goLive, orders, by);
  }
}

/** Gives up a rebuild; the live table stays as it is. */
export class CancelRebuild extends Command<Rebuild> {
  constructor(
    readonly projection: string,
    readonly id: Uuid,
  ) {
    super();
  }
}

@CommandHandler(CancelRebuild)
export class CancelRebuildHandler implements ICommandHandler<CancelRebuild> {
  constructor(private readonly rebuilds: Rebuilds) {}

  execute({ projection, id }: CancelRebuild): Promise<Rebuild> {
    return this.rebuilds.cancel(projection, id);
  }
}

/** Switches readers to what was rebuilt. */
export class TakeRebuildLive extends Command<Rebuild> {
  constructor(
    readonly projection: string,
    readonly id: Uuid,
  ) {
    super();
  }
}

@CommandHandler(TakeRebuildLive)
export class TakeRebuildLiveHandler implements ICommandHandler<TakeRebuildLive> {
  constructor(private readonly goLive: GoLive) {}

  execute({ projection, id }: TakeRebuildLive): Promise<Rebuild> {
    return this.goLive.now(projection, id);
  }
}
