import { Command } from 'nest-commander';
import { CompareSagasCommand } from './compare-sagas.command';
import { ListSagasCommand } from './list-sagas.command';
import { ShowSagaCommand } from './show-saga.command';
import { CompensateSagaCommand, RetrySagaCommand } from './intervene.command';
import { CommandGroup } from '../strict-command';

const FORMER_NAME = 'processes';

@Command({
  name: 'sagas',
  aliases: [FORMER_NAME],
  description: 'checkouts and refunds: list, show, retry, compensate, compare',
  subCommands: [ListSagasCommand, ShowSagaCommand, RetrySagaCommand, CompensateSagaCommand, CompareSagasCommand],
})
export class SagasCommand extends CommandGroup {
  override setCommand(line: Parameters<CommandGroup['setCommand']>[0]): this {
    return super.setCommand(line.hook('preSubcommand', ({ parent }) => warnAboutFormerName(parent?.args[0])));
  }
}

/** Warns on standard error, because scripts read standard output. */
function warnAboutFormerName(written?: string): void {
  if (written === FORMER_NAME)
    process.stderr.write(`\`${FORMER_NAME}\` is now called \`sagas\`; the old name still works.\n`);
}
