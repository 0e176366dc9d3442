import { Option, SubCommand } from 'nest-commander';
import type { Command } from '@nestjs/cqrs';
import type { ListedProcess } from '#platform/processes';
import { showProcess } from '#ordering/processes/show-process';
import {
  CompensateProcess,
  RetryProcess,
  type FoundByHand,
  type Tended,
} from '#ordering/processes/tend-process.command';
import { lineIn, wrong } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { Operator, operatorName } from '../operator';
import { print, printJson } from '../output';

const FOUND: readonly FoundByHand[] = ['given-back', 'never-taken', 'unknown'];

interface TendOptions extends JsonOption {
  readonly reason?: string;
  readonly money?: FoundByHand;
}

abstract class TendProcessCommand extends JsonCommand {
  constructor(private readonly operator: Operator) {
    super();
  }

  protected abstract readonly done: string;
  protected abstract readonly wish: (id: string, tended: Tended, money?: FoundByHand) => Command<ListedProcess>;

  async run([id]: string[], { json, reason, money }: TendOptions): Promise<void> {
    const tended: Tended = { actor: { kind: 'staff' }, by: operatorName(), reason: reason ?? null };
    const process = showProcess(
      await this.operator.work((shop) => shop.tell(this.wish(id, tended, money), [id], tended.reason)),
    );
    if (json) printJson(process);
    else print(`${process.id} ${this.done}; it stood at ${process.step}`);
  }

  @Option({ flags: '--reason <text>', description: 'why, without names' })
  parseReason(text: string): string {
    return lineIn('--reason', text);
  }
}

@SubCommand({ name: 'retry', arguments: '<id>', description: 'ask again what it waits for, with the same keys' })
export class RetryProcessCommand extends TendProcessCommand {
  protected readonly done = 'asks again';

  constructor(operator: Operator) {
    super(operator);
  }

  protected wish = (id: string, tended: Tended) => new RetryProcess(id, tended);
}

@SubCommand({ name: 'compensate', arguments: '<id>', description: 'wind a checkout back from where it stands' })
export class CompensateProcessCommand extends TendProcessCommand {
  protected readonly done = 'is wound back';

  constructor(operator: Operator) {
    super(operator);
  }

  protected wish = (id: string, tended: Tended, money?: FoundByHand) => new CompensateProcess(id, tended, money);

  @Option({ flags: '--money <found>', description: `what became of the money: ${FOUND.join(', ')}` })
  parseMoney(text: string): FoundByHand {
    const found = FOUND.find((one) => one === text);
    if (!found) throw wrong(`--money must be one of ${FOUND.join(', ')}.`);
    return found;
  }
}
