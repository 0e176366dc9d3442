import { setTimeout as pause } from 'node:timers/promises';
import { SingleBar } from 'cli-progress';
import { Option, SubCommand } from 'nest-commander';
import type { Rebuild } from '#platform/projections';
import { ViewRebuild } from '#ordering/projections/projections.query';
import { StartRebuild } from '#ordering/projections/rebuild.command';
import { orderIdIn } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { Operator, type Shop } from '../operator';
import { EXIT, print, printJson } from '../output';

interface RebuildOptions extends JsonOption {
  readonly manual?: boolean;
  readonly orders?: readonly string[];
}

const ENDS = ['live', 'ready', 'cancelled', 'failed', 'rolled-back'];
const LOOK_MS = 200;

@SubCommand({
  name: 'rebuild',
  arguments: '<name>',
  description: 'build a read model anew beside the live one, and switch to it',
})
export class RebuildProjectionCommand extends JsonCommand {
  constructor(private readonly operator: Operator) {
    super();
  }

  async run([name]: string[], { json, manual, orders }: RebuildOptions): Promise<void> {
    const rebuild = await this.operator.work(async (shop) => {
      const started = await shop.tell(
        new StartRebuild(name, manual ? 'manual' : 'auto', orders ?? null, 'command line'),
      );
      return this.follow(shop, name, started, json === true);
    });
    if (json) printJson(rebuild);
    else print(`${rebuild.projection}: ${rebuild.state}, ${rebuild.done} of ${rebuild.total} events`);
    if (rebuild.state === 'failed' || rebuild.state === 'cancelled') process.exitCode = EXIT.failed;
  }

  private async follow(shop: Shop, name: string, started: Rebuild, quiet: boolean): Promise<Rebuild> {
    const bar = new SingleBar({
      format: '{state} [{bar}] {percentage}% | {value}/{total} events | {rate}/s | {left} s left',
      noTTYOutput: true,
      notTTYSchedule: 1_000,
      hideCursor: true,
    });
    const shown = ({ state, ratePerSecond, secondsLeft }: Rebuild) => ({
      state: state.padEnd(11),
      rate: Math.round(ratePerSecond),
      left: secondsLeft ?? '–',
    });
    if (!quiet) bar.start(started.total, started.done, shown(started));
    let now = started;
    while (!ENDS.includes(now.state)) {
      await pause(LOOK_MS);
      now = await shop.ask(new ViewRebuild(name, started.id));
      if (quiet) continue;
      bar.setTotal(now.total);
      bar.update(now.done, shown(now));
    }
    bar.stop();
    return now;
  }

  @Option({ flags: '--manual', description: 'stop before the switch, at `ready`' })
  parseManual(): boolean {
    return true;
  }

  @Option({ flags: '--orders <ids>', description: 'only these orders, separated by commas' })
  parseOrders(text: string): readonly string[] {
    return text.split(',').map((id) => orderIdIn(id.trim()));
  }
}
