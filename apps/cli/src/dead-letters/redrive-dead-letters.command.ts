import { SubCommand } from 'nest-commander';
import { DomainError } from '#kernel';
import { RedriveDeadLetters } from '#platform/dead-letters';
import { Operator } from '../operator';
import { EXIT, print, printJson } from '../output';
import { WhichLettersCommand, type WhichLetters } from './which-letters';

@SubCommand({
  name: 'redrive',
  arguments: '[ids...]',
  description: 'try them again in order: named by id, or by what they have in common',
})
export class RedriveDeadLettersCommand extends WhichLettersCommand {
  constructor(private readonly operator: Operator) {
    super();
  }

  async run(ids: string[], { json, context, key, type }: WhichLetters): Promise<void> {
    const named = Object.values({ context, key, type }).filter((value) => value !== undefined);
    if (ids.length > 0 === named.length > 0)
      throw new DomainError('VALIDATION_ERROR', 'invalid', 'Name ids, or give --context, --key or --type.');
    const which = ids.length > 0 ? { ids } : { context, key, type };
    const targets = ids.length > 0 ? ids : named;
    const done = await this.operator.work((shop) => shop.tell(new RedriveDeadLetters(which), targets));
    if (json) printJson(done);
    else print(`${done.redriven.length} are tried again${done.more ? '; there may be more: ask again' : ''}`);
    if (done.redriven.length === 0) process.exitCode = EXIT.failed;
  }
}
