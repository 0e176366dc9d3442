import { Option, SubCommand } from 'nest-commander';
import { ListAudit, showAudit } from '#platform/audit';
import { parseRangeStart, parseLine, parseRangeEnd, parseWholeNumber } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { printJson, printTable } from '../output';

interface ListOptions extends JsonOption {
  readonly actor?: string;
  readonly operation?: string;
  readonly target?: string;
  readonly from?: Date;
  readonly to?: Date;
  readonly limit?: number;
}

@SubCommand({ name: 'list', description: 'list who did what in the back office, newest first, with refused requests' })
export class ListAuditCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run(_: string[], { json, limit = 20, ...filter }: ListOptions): Promise<void> {
    const found = await this.opener.withShop((shop) => shop.query(new ListAudit(filter, limit)));
    const lines = found.slice(0, limit).map(showAudit);
    if (json) return printJson({ lines, hasMore: found.length > limit });
    printTable(
      ['time', 'who', 'role', 'what', 'target', 'outcome', 'reason'],
      // An operation that creates something has no target. Its new id (`made`) is shown.
      lines.map(({ at, actor, role, operation, targets, made, status, code, reason }) => [
        ...[at, actor, role, operation, targets.join(' ') || made],
        ...[code ?? status, reason],
      ]),
    );
  }

  @Option({ flags: '--actor <id>', description: 'only what this actor did' })
  parseActor(text: string): string {
    return parseLine('--actor', text);
  }

  @Option({ flags: '--operation <name>', description: 'only this operation' })
  parseOperation(text: string): string {
    return parseLine('--operation', text);
  }

  @Option({ flags: '--target <id>', description: 'only actions on this target' })
  parseTarget(text: string): string {
    return parseLine('--target', text);
  }

  @Option({ flags: '--from <time>', description: 'from this time, or from this day in Vietnam' })
  parseFrom(text: string): Date {
    return parseRangeStart('--from', text);
  }

  @Option({ flags: '--to <time>', description: 'before this time, or until the end of this day in Vietnam' })
  parseTo(text: string): Date {
    return parseRangeEnd('--to', text);
  }

  @Option({
    flags: '--limit <count>',
    description: 'show at most this many lines; 20 by default, never more than 1000',
  })
  parseLimit(text: string): number {
    return Math.min(parseWholeNumber('--limit', text, 1), 1_000);
  }
}
