import { SubCommand } from 'nest-commander';
import { ViewSaga } from '#ordering/sagas/sagas.query';
import { showViewed } from '#ordering/sagas/show-saga';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { print, printJson, printTable } from '../output';

@SubCommand({ name: 'show', arguments: '<id>', description: "one saga, or an order's checkout, with its journal" })
export class ShowSagaCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run([id]: string[], { json }: JsonOption): Promise<void> {
    const saga = showViewed(await this.opener.withShop((shop) => shop.query(new ViewSaga(id))));
    if (json) return printJson(saga);
    const { state, step, since, attention, waitingFor, journal, timers, messages } = saga;
    print(`${saga.id}: ${state} at ${step} since ${since}, ${attention ?? `waits for ${waitingFor ?? 'nothing'}`}`);
    printTable(
      ['time', 'received', 'attempts', 'note', 'requested', 'instance'],
      journal.map((line) => [
        ...[line.at, line.heard, line.attempts, line.note],
        line.asked.map(({ type }) => type).join(', ') || null,
        line.takeover ? `${line.instance} took over` : line.instance,
      ]),
    );
    for (const { name, dueAt } of timers) print(`timer ${name} is due at ${dueAt}`);
    for (const one of messages) print(`${one.id} ${one.type} for ${one.handler} is ${one.state}: ${one.error ?? '–'}`);
  }
}
