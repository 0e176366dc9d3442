import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { LetterBox, type OpenLetter } from '#platform/dead-letters';
import {
  ProcessJournal,
  Processes,
  type JournalLine,
  type KnownProcess,
  type ListedProcess,
  type ProcessFilter,
  type ProcessPlace,
} from '#platform/processes';
import { ProcessNotFound } from './process-errors';
import { processRef } from './process-id';

/** Processes and where they stand; one more than the limit when there are more. */
export class ListProcesses extends Query<readonly ListedProcess[]> {
  constructor(
    readonly filter: ProcessFilter,
    readonly limit: number,
    readonly after?: ProcessPlace,
  ) {
    super();
  }
}

@QueryHandler(ListProcesses)
export class ListProcessesHandler implements IQueryHandler<ListProcesses> {
  constructor(private readonly processes: Processes) {}

  execute({ filter, limit, after }: ListProcesses): Promise<readonly ListedProcess[]> {
    return this.processes.list(filter, limit + 1, after);
  }
}

export interface ViewedProcess {
  readonly process: KnownProcess;
  readonly journal: readonly JournalLine[];
  readonly timers: readonly { readonly name: string; readonly dueAt: Date }[];
  /** Messages to it, and requests of its, that have not been handled; of other services' contexts only they know. */
  readonly messages: readonly OpenLetter[];
}

/** One process with its flight recorder, by its id or its order's. */
export class ViewProcess extends Query<ViewedProcess> {
  constructor(readonly id: string) {
    super();
  }
}

@QueryHandler(ViewProcess)
export class ViewProcessHandler implements IQueryHandler<ViewProcess> {
  constructor(
    private readonly processes: Processes,
    private readonly journal: ProcessJournal,
    private readonly letters: LetterBox,
  ) {}

  async execute({ id }: ViewProcess): Promise<ViewedProcess> {
    const ref = processRef(id);
    const process = ref && (await this.processes.view(ref.name, ref.orderId));
    if (!process) throw new ProcessNotFound();
    const journal = await this.journal.of(process.id, process.name);
    const names = [...new Set(journal.flatMap(({ timers }) => timers.map(({ name }) => name)))];
    const timers = await this.processes.timers(process.name, process.id, names);
    const messages = await this.letters.open(requestsIn(journal), ownOf(process));
    return { process, journal, timers, messages };
  }
}

export const requestsIn = (journal: readonly JournalLine[]) =>
  journal.flatMap(({ asked }) => asked.map(({ messageId }) => messageId));

export const ownOf = ({ name, id }: ListedProcess) => ({ context: 'ordering' as const, handler: name, key: id });
