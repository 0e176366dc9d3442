import { CommandRunner } from 'nest-commander';

type Line = Parameters<CommandRunner['setCommand']>[0];

/** Wrong arguments end with exit code 2. Each command sets this, because subcommands do not inherit it in commander. */
export abstract class StrictCommand extends CommandRunner {
  override setCommand(line: Line): this {
    return super.setCommand(line.exitOverride().allowExcessArguments(false));
  }
}

/** A command with subcommands, such as `orders`. It prints help without a subcommand, and refuses an unknown one. */
export abstract class CommandGroup extends CommandRunner {
  override setCommand(line: Line): this {
    return super.setCommand(line.exitOverride().allowExcessArguments());
  }

  async run([unknown]: string[]): Promise<void> {
    if (unknown !== undefined) this.command.error(`error: unknown command '${this.command.name()} ${unknown}'`);
    this.command.help();
  }
}
