import { Option, SubCommand } from 'nest-commander';
import type { Rebuild } from '#event-store/projections';
import { StartRebuild } from '#ordering/projections/rebuild.command';
import { parseList, parseOrderId, invalidArgument } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { EXIT, print, printJson } from '../output';
import { followRebuild } from './follow-rebuild';

interface RebuildOptions extends JsonOption {
  readonly manual?: boolean;
  readonly orders?: readonly string[];
}

/** Prints the rebuild. Sets exit code 1 if it failed or was cancelled. */
export function printRebuild(rebuild: Rebuild, json: boolean): void {
  const { id, projection, state, done, total, error } = rebuild;
  if (json) printJson(rebuild);
  else print(`${projection} ${id}: ${state}, ${done} of ${total} events${error ? ` (${error})` : ''}`);
  if (state === 'failed' || state === 'cancelled') process.exitCode = EXIT.failed;
}

@SubCommand({
  name: 'rebuild',
  arguments: '<name>',
  description: 'build a new table of a read model beside the live one, and switch to it',
})
export class RebuildProjectionCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run([name]: string[], { json = false, manual, orders }: RebuildOptions): Promise<void> {
    const rebuild = await this.opener.withShop(async (shop) => {
      const goLive = manual ? 'manual' : 'auto';
      const request = new StartRebuild(name, goLive, orders ?? null, 'command line');
      const started = await shop.execute(request, [name, ...(orders ?? [])]);
      return followRebuild(shop, started, json);
    });
    printRebuild(rebuild, json);
  }

  @Option({ flags: '--manual', description: 'stop at `ready`, before the switch' })
  parseManual(): boolean {
    return true;
  }

  @Option({ flags: '--orders <ids>', description: 'only these orders, separated by commas' })
  parseOrders(text: string): readonly string[] {
    const ids = parseList(text).map(parseOrderId);
    if (ids.length === 0) throw invalidArgument('--orders needs at least one order.');
    return [...new Set(ids)];
  }
}
