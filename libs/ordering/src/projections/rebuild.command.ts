import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Uuid } from '#kernel';
import { GoLive, Rebuilds, type Rebuild } from '#event-store/projections';

/**
 * Starts a rebuild of a read model, for all orders or for some orders. The new table is built beside the live table.
 */
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

/** `cancel`: the live table stays as it is. `rollback`: the table that was live before becomes live again. */
export const rebuildSteps = ['pause', 'resume', 'cancel', 'go-live', 'rollback'] as const;
export type RebuildStep = (typeof rebuildSteps)[number];

/** Pauses, resumes or cancels a rebuild, makes its table live, or makes the former table live again. */
export class SteerRebuild extends Command<Rebuild> {
  constructor(
    readonly projection: string,
    readonly id: Uuid,
    readonly step: RebuildStep,
  ) {
    super();
  }
}

@CommandHandler(SteerRebuild)
export class SteerRebuildHandler implements ICommandHandler<SteerRebuild> {
  constructor(
    private readonly rebuilds: Rebuilds,
    private readonly goLive: GoLive,
  ) {}

  execute({ projection, id, step }: SteerRebuild): Promise<Rebuild> {
    switch (step) {
      case 'pause':
        return this.rebuilds.pause(projection, id);
      case 'resume':
        return this.rebuilds.resume(projection, id);
      case 'cancel':
        return this.rebuilds.cancel(projection, id);
      case 'go-live':
        return this.goLive.now(projection, id);
      case 'rollback':
        return this.rebuilds.rollback(projection, id);
    }
  }
}
