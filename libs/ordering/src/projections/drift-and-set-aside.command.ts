import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Uuid } from '#kernel';
import { KeptTables, SetAside, type Retried } from '#event-store/projections';

/** Tries again to fold an order that a read model has set aside. */
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
 * Drops the table that is kept for a rollback. After that, no rollback is possible, and the reducer of this table can
 * be removed from the code.
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
