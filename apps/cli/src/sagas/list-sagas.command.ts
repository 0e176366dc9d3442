import { Option, SubCommand } from 'nest-commander';
import { DomainError } from '#kernel';
import { ListSagas } from '#ordering/sagas/sagas.query';
import { showSaga } from '#ordering/sagas/show-saga';
import { parseWholeNumber } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { printJson, printTable } from '../output';

const states = ['running', 'needs-attention', 'over'] as const;
type State = (typeof states)[number];

interface ListOptions extends JsonOption {
  readonly state?: State;
  readonly stuckFor?: number;
  readonly limit?: number;
}

@SubCommand({ name: 'list', description: 'sagas and their steps' })
export class ListSagasCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run(_: string[], { json, state, stuckFor, limit = 20 }: ListOptions): Promise<void> {
    const filter = { status: state, stuckFor };
    const found = await this.opener.withShop((shop) => shop.query(new ListSagas(filter, limit)));
    const sagas = found.slice(0, limit).map(showSaga);
    // The key keeps its old name `processes`, because scripts read it.
    if (json) return printJson({ processes: sagas, hasMore: found.length > limit });
    printTable(
      ['id', 'state', 'step', 'since', 'asked again', 'waits for'],
      sagas.map((one) => [one.id, one.state, one.step, one.since, one.asked, one.attention ?? one.waitingFor]),
    );
  }

  @Option({ flags: '--state <state>', description: `one of ${states.join(', ')}` })
  parseState(text: string): State {
    const known = states.find((state) => state === text);
    if (known) return known;
    throw new DomainError('VALIDATION_ERROR', 'invalid', `--state must be one of ${states.join(', ')}.`);
  }

  @Option({
    flags: '--stuck-for <seconds>',
    description: 'only open sagas that have been at the same step for this long',
  })
  parseStuckFor(text: string): number {
    return parseWholeNumber('--stuck-for', text);
  }

  @Option({
    flags: '--limit <count>',
    description: 'show at most this many sagas; 20 by default, never more than 1000',
  })
  parseLimit(text: string): number {
    return Math.min(parseWholeNumber('--limit', text, 1), 1_000);
  }
}
