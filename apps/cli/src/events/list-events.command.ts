import { Option, SubCommand } from 'nest-commander';
import { EventLog } from '#ordering/order-history/event-log.query';
import { parseLine, parseWholeNumber } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { printJson, printTable } from '../output';

interface ListOptions extends JsonOption {
  readonly after?: number;
  readonly limit?: number;
  readonly type?: string;
}

@SubCommand({ name: 'list', description: 'list the events of all orders, sorted by their position in the log' })
export class ListEventsCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run(_: string[], { json, after = 0, limit = 20, type }: ListOptions): Promise<void> {
    const { events, head } = await this.opener.withShop((shop) => shop.query(new EventLog(after, limit, type)));
    const shown = events.slice(0, limit);
    if (json) return printJson({ events: shown, head });
    printTable(
      ['position', 'time', 'order', 'version', 'event'],
      shown.map(({ position, timestamp, orderId, version, type: name }) => [
        position,
        timestamp,
        orderId,
        version,
        name,
      ]),
    );
  }

  @Option({ flags: '--after <position>', description: 'begin after this position' })
  parseAfter(text: string): number {
    return parseWholeNumber('--after', text);
  }

  @Option({
    flags: '--limit <count>',
    description: 'show at most this many events; 20 by default, never more than 1000',
  })
  parseLimit(text: string): number {
    return Math.min(parseWholeNumber('--limit', text, 1), 1_000);
  }

  @Option({ flags: '--type <event>', description: 'only events of this type' })
  parseType(text: string): string {
    return parseLine('--type', text);
  }
}
