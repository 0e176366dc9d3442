import { CommandRunner } from 'nest-commander';

type Line = Parameters<CommandRunner['setCommand']>[0];

/**
 * A command that ends with exit code 2 if its arguments are wrong. Each command sets this up itself, because in
 * commander a subcommand does not inherit this setting.
 */
export abstract class StrictCommand extends CommandRunner {
  override setCommand(line: Line): this {
    return super.setCommand(line.exitOverride().allowExcessArguments(false));
  }
}

/**
 * A command with subcommands, such as `orders`. Without a subcommand, it prints help. It refuses an unknown subcommand.
 */
export abstract class CommandGroup extends CommandRunner {
  override setCommand(line: Line): this {
    return super.setCommand(line.exitOverride().allowExcessArguments());
  }

  async run([unknown]: string[]): Promise<void> {
    if (unknown !== undefined) this.command.error(`error: unknown command '${this.command.name()} ${unknown}'`);
    this.command.help();
  }
}
