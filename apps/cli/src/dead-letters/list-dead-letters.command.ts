import { Option, SubCommand } from 'nest-commander';
import { ListDeadLetters, showLetter } from '#messaging/dead-letters';
import { parseWholeNumber } from '../arguments';
import { ShopOpener } from '../shop-opener';
import { printJson, printTable } from '../output';
import { DeadLetterFilterCommand, type DeadLetterFilter } from './dead-letter-filter';

interface ListOptions extends DeadLetterFilter {
  readonly limit?: number;
}

@SubCommand({ name: 'list', description: 'the dead letters, by context, oldest first' })
export class ListDeadLettersCommand extends DeadLetterFilterCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run(_: string[], { json, limit = 20, ...filter }: ListOptions): Promise<void> {
    const found = await this.opener.withShop((shop) => shop.query(new ListDeadLetters(filter, limit)));
    const letters = found.slice(0, limit).map(showLetter);
    if (json) return printJson({ letters, hasMore: found.length > limit });
    printTable(
      ['id', 'handler', 'type', 'key', 'attempts', 'behind it', 'error'],
      letters.map(({ id, handler, type, key, attempts, followers, error }) => [
        ...[id, handler, type, key, attempts, followers],
        error.split('\n')[0].slice(0, 80),
      ]),
    );
  }

  @Option({
    flags: '--limit <count>',
    description: 'show at most this many dead letters; 20 by default, never more than 1000',
  })
  parseLimit(text: string): number {
    return Math.min(parseWholeNumber('--limit', text, 1), 1_000);
  }
}
