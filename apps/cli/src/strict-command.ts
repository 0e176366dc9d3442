import { CommandRunner } from 'nest-commander';

type Line = Parameters<CommandRunner['setCommand']>[0];

/** Wrong arguments end with exit code 2, in subcommands too. Commander does not pass this setting on to subcommands. */
export abstract class StrictCommand extends CommandRunner {
  override setCommand(line: Line): this {
    return super.setCommand(line.exitOverride().allowExcessArguments(false));
  }
}

/** A command with subcommands, such as `orders`. Without a subcommand it prints help; with an unknown one it exits with 2. */
export abstract class CommandGroup extends CommandRunner {
  override setCommand(line: Line): this {
    return super.setCommand(line.exitOverride().allowExcessArguments());
  }

  async run([unknown]: string[]): Promise<void> {
    if (unknown !== undefined) this.command.error(`error: unknown command '${this.command.name()} ${unknown}'`);
    this.command.help();
  }
}
