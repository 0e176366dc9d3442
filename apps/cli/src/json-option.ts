import { CommandRunner, Option } from 'nest-commander';

export interface JsonOption {
  readonly json?: boolean;
}

/** Every command prints for people, or with --json for programs. */
export abstract class JsonCommand extends CommandRunner {
  @Option({ flags: '--json', description: 'print JSON' })
  parseJson(): boolean {
    return true;
  }
}
