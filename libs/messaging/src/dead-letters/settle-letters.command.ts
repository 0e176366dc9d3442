import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { redactText } from '#platform/observability';
import { Inboxes, type Dropped, type LetterFilter } from './inboxes';
import { letterId, LetterNotFound, parseLetterId } from './letter-id';

/** One request redrives at most this many dead letters. */
export const MAX_AT_ONCE = 1_000;

export interface Redriven {
  /** The ids of the redriven letters. Letters of one key are handled in this order. */
  readonly redriven: readonly string[];
  /** True if there are perhaps more dead letters. Then the request should be repeated. */
  readonly more: boolean;
}

/** Redrives one dead letter. */
export class RedriveDeadLetter extends Command<Redriven> {
  constructor(readonly id: string) {
    super();
  }
}

@CommandHandler(RedriveDeadLetter)
export class RedriveDeadLetterHandler implements ICommandHandler<RedriveDeadLetter> {
  constructor(private readonly inboxes: Inboxes) {}

  async execute({ id }: RedriveDeadLetter): Promise<Redriven> {
    const address = parseLetterId(id);
    const addresses = address ? await this.inboxes.redriveByIds([address]) : [];
    if (addresses.length === 0) throw new LetterNotFound();
    return { redriven: addresses.map(letterId), more: false };
  }
}

/** Redrives many dead letters, chosen by id or by a filter. Letters of one key are handled in order of arrival. */
export class RedriveDeadLetters extends Command<Redriven> {
  constructor(readonly which: LetterFilter & { readonly ids?: readonly string[] | undefined }) {
    super();
  }
}

@CommandHandler(RedriveDeadLetters)
export class RedriveDeadLettersHandler implements ICommandHandler<RedriveDeadLetters> {
  constructor(private readonly inboxes: Inboxes) {}

  async execute({ which: { ids, ...filter } }: RedriveDeadLetters): Promise<Redriven> {
    const addresses = ids
      ? await this.inboxes.redriveByIds(ids.flatMap((id) => parseLetterId(id) ?? []))
      : await this.inboxes.redriveAll(filter, MAX_AT_ONCE);
    return { redriven: addresses.map(letterId), more: !ids && addresses.length === MAX_AT_ONCE };
  }
}

/**
 * Drops a dead letter for ever. The messages behind it are handled without it. If its handler has the option
 * `afterDrop`, the messages of that option are sent. They start a repair.
 */
export class DropDeadLetter extends Command<Dropped> {
  constructor(
    readonly id: string,
    readonly by: string,
    readonly reason: string,
  ) {
    super();
  }
}

@CommandHandler(DropDeadLetter)
export class DropDeadLetterHandler implements ICommandHandler<DropDeadLetter> {
  constructor(private readonly inboxes: Inboxes) {}

  async execute({ id, by, reason }: DropDeadLetter): Promise<Dropped> {
    const address = parseLetterId(id);
    const dropped = address && (await this.inboxes.drop(address, `by ${by}: ${redactText(reason)}`));
    if (!dropped) throw new LetterNotFound();
    return dropped;
  }
}
