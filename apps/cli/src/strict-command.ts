import { CommandRunner } from 'nest-commander';

type Line = Parameters<CommandRunner['setCommand']>[0];

/** What is asked wrongly ends with exit code 2, also below the root: commander itself hands that down to no command. */
export abstract class StrictCommand extends CommandRunner {
  override setCommand(line: Line): this {
    return super.setCommand(line.exitOverride().allowExcessArguments(false));
  }
}

/** A word that stands before others, such as `orders`. Alone it tells which; before one that is none it is asked wrongly. */
export abstract class CommandGroup extends CommandRunner {
  override setCommand(line: Line): this {
    return super.setCommand(line.exitOverride().allowExcessArguments());
  }

  async run([unknown]: string[]): Promise<void> {
    if (unknown !== undefined) this.command.error(`error: unknown command '${this.command.name()} ${unknown}'`);
    this.command.help();
  }
}
