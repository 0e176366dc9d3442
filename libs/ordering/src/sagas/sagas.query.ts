import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { Inboxes, type OpenInboxMessage } from '#messaging/dead-letters';
import {
  SagaJournal,
  Sagas,
  type JournalLine,
  type SagaWithState,
  type ListedSaga,
  type SagaFilter,
  type SagaCursor,
} from '#messaging/sagas';
import { SagaNotFound } from './saga-errors';
import { parseSagaId } from './saga-id';

/** Sagas and their status. Returns one saga more than `limit` if there is another page. */
export class ListSagas extends Query<readonly ListedSaga[]> {
  constructor(
    readonly filter: SagaFilter,
    readonly limit: number,
    readonly after?: SagaCursor,
  ) {
    super();
  }
}

@QueryHandler(ListSagas)
export class ListSagasHandler implements IQueryHandler<ListSagas> {
  constructor(private readonly sagas: Sagas) {}

  execute({ filter, limit, after }: ListSagas): Promise<readonly ListedSaga[]> {
    return this.sagas.list(filter, limit + 1, after);
  }
}

export interface ViewedSaga {
  readonly saga: SagaWithState;
  readonly journal: readonly JournalLine[];
  readonly timers: readonly { readonly name: string; readonly dueAt: Date }[];
  /**
   * Messages to the saga, and requests of the saga, that are not handled yet. Messages to contexts in other processes
   * are not included.
   */
  readonly messages: readonly OpenInboxMessage[];
}

/** One saga with its journal, by its id or by the order's id. */
export class ViewSaga extends Query<ViewedSaga> {
  constructor(readonly id: string) {
    super();
  }
}

@QueryHandler(ViewSaga)
export class ViewSagaHandler implements IQueryHandler<ViewSaga> {
  constructor(
    private readonly sagas: Sagas,
    private readonly journal: SagaJournal,
    private readonly inboxes: Inboxes,
  ) {}

  async execute({ id }: ViewSaga): Promise<ViewedSaga> {
    const ref = parseSagaId(id);
    const saga = ref && (await this.sagas.view(ref.name, ref.orderId));
    if (!saga) throw new SagaNotFound();
    const journal = await this.journal.of(saga.id, saga.name);
    const names = [...new Set(journal.flatMap(({ timers }) => timers.map(({ name }) => name)))];
    const timers = await this.sagas.timers(saga.name, saga.id, names);
    const messages = await this.inboxes.findOpen(requestIdsOf(journal), inboxOf(saga));
    return { saga, journal, timers, messages };
  }
}

export const requestIdsOf = (journal: readonly JournalLine[]) =>
  journal.flatMap(({ requests }) => requests.map(({ messageId }) => messageId));

export const inboxOf = ({ name, id }: ListedSaga) => ({ context: 'ordering' as const, handler: name, key: id });
