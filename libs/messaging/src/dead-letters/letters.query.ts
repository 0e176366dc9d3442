import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { Inboxes, type Letter, type LetterFilter } from './inboxes';
import type { LetterState } from '#messaging';
import { letterId, LetterNotFound, parseLetterId, type LetterAddress } from './letter-id';

/** Lists dead letters by context and in order of arrival. If there are more than `limit`, it returns one more. */
export class ListDeadLetters extends Query<readonly Letter[]> {
  constructor(
    readonly filter: LetterFilter,
    readonly limit: number,
    readonly after?: LetterAddress,
  ) {
    super();
  }
}

@QueryHandler(ListDeadLetters)
export class ListDeadLettersHandler implements IQueryHandler<ListDeadLetters> {
  constructor(private readonly inboxes: Inboxes) {}

  execute({ filter, limit, after }: ListDeadLetters): Promise<readonly Letter[]> {
    return this.inboxes.listDeadLetters(filter, limit + 1, after);
  }
}

export class ViewDeadLetter extends Query<Letter> {
  constructor(readonly id: string) {
    super();
  }
}

@QueryHandler(ViewDeadLetter)
export class ViewDeadLetterHandler implements IQueryHandler<ViewDeadLetter> {
  constructor(private readonly inboxes: Inboxes) {}

  async execute({ id }: ViewDeadLetter): Promise<Letter> {
    const address = parseLetterId(id);
    const letter = address && (await this.inboxes.viewDeadLetter(address));
    if (!letter) throw new LetterNotFound();
    return letter;
  }
}

/** Returns the states of messages that were redriven. */
export class FollowLetters extends Query<readonly (LetterState & { readonly id: string })[]> {
  constructor(readonly ids: readonly string[]) {
    super();
  }
}

@QueryHandler(FollowLetters)
export class FollowLettersHandler implements IQueryHandler<FollowLetters> {
  constructor(private readonly inboxes: Inboxes) {}

  async execute({ ids }: FollowLetters) {
    const states = await this.inboxes.states(ids.flatMap((id) => parseLetterId(id) ?? []));
    return states.map((one) => ({ ...one, id: letterId(one) }));
  }
}
