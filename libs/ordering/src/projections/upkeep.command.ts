import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Uuid } from '#kernel';
import { KeptTables, SetAside, type Retried } from '#event-store/projections';

/** A read model has set an order aside: tries to fold this order again. */
export class RetrySetAside extends Command<Retried> {
  constructor(
    readonly projection: string,
    readonly orderId: Uuid,
  ) {
    super();
  }
}

@CommandHandler(RetrySetAside)
export class RetrySetAsideHandler implements ICommandHandler<RetrySetAside> {
  constructor(private readonly setAside: SetAside) {}

  execute({ projection, orderId }: RetrySetAside): Promise<Retried> {
    return this.setAside.retry(projection, orderId);
  }
}

export interface KeptDropped {
  readonly projection: string;
  readonly dropped: readonly string[];
}

/**
 * Drops the kept table. After that, no rollback is possible. The reducer that made the table may be removed from the
 * build.
 */
export class DropKept extends Command<KeptDropped> {
  constructor(readonly projection: string) {
    super();
  }
}

@CommandHandler(DropKept)
export class DropKeptHandler implements ICommandHandler<DropKept> {
  constructor(private readonly kept: KeptTables) {}

  async execute({ projection }: DropKept): Promise<KeptDropped> {
    return { projection, dropped: await this.kept.drop(projection) };
  }
}
