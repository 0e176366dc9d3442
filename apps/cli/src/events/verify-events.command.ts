import { SubCommand } from 'nest-commander';
import { VerifyEvents } from '#ordering/order-history/event-log.query';
import { JsonCommand, type JsonOption } from '../json-option';
import { Operator } from '../operator';
import { EXIT, print, printJson } from '../output';

@SubCommand({ name: 'verify', description: 'walk the chain of hashes; exit code 1 where it is broken' })
export class VerifyEventsCommand extends JsonCommand {
  constructor(private readonly operator: Operator) {
    super();
  }

  async run(_: string[], { json }: JsonOption): Promise<void> {
    const result = await this.operator.work((shop) => shop.ask(new VerifyEvents()));
    if (json) printJson(result);
    else if (result.ok) print(`${result.events} events checked: nothing was changed, taken out or moved`);
    else print(`broken at position ${result.position}: ${result.message}`);
    if (!result.ok) process.exitCode = EXIT.failed;
  }
}
