import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { redactText } from '#platform/observability';
import { LetterBox, type LetterFilter } from './letter-box';
import { letterId, LetterNotFound, letterPlace } from './letter-id';

/** So many are tried again at one request. */
export const MOST_AT_ONCE = 1_000;

export interface Redriven {
  /** In the order in which they will be handled, as far as they have one. */
  readonly redriven: readonly string[];
  /** There may be more of them: ask again. */
  readonly more: boolean;
}

/** Has one dead letter tried again. */
export class RedriveDeadLetter extends Command<Redriven> {
  constructor(readonly id: string) {
    super();
  }
}

@CommandHandler(RedriveDeadLetter)
export class RedriveDeadLetterHandler implements ICommandHandler<RedriveDeadLetter> {
  constructor(private readonly box: LetterBox) {}

  async execute({ id }: RedriveDeadLetter): Promise<Redriven> {
    const place = letterPlace(id);
    const driven = place ? await this.box.redriveThese([place]) : [];
    if (driven.length === 0) throw new LetterNotFound();
    return { redriven: driven.map(letterId), more: false };
  }
}

/** Has many tried again, named or by what they have in common. Those of one key are handled in the order they came in. */
export class RedriveDeadLetters extends Command<Redriven> {
  constructor(readonly which: LetterFilter & { readonly ids?: readonly string[] | undefined }) {
    super();
  }
}

@CommandHandler(RedriveDeadLetters)
export class RedriveDeadLettersHandler implements ICommandHandler<RedriveDeadLetters> {
  constructor(private readonly box: LetterBox) {}

  async execute({ which: { ids, ...filter } }: RedriveDeadLetters): Promise<Redriven> {
    const driven = ids
      ? await this.box.redriveThese(ids.flatMap((id) => letterPlace(id) ?? []))
      : await this.box.redrive(filter, MOST_AT_ONCE);
    return { redriven: driven.map(letterId), more: !ids && driven.length === MOST_AT_ONCE };
  }
}

/** Gives a dead letter up for good; its followers go on without it. */
export class DropDeadLetter extends Command<void> {
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
  constructor(private readonly box: LetterBox) {}

  async execute({ id, by, reason }: DropDeadLetter): Promise<void> {
    const place = letterPlace(id);
    if (!place || !(await this.box.drop(place, `by ${by}: ${redactText(reason)}`))) throw new LetterNotFound();
  }
}
