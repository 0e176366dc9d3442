import { Option } from 'nest-commander';
import { StrictCommand } from './strict-command';

export interface JsonOption {
  readonly json?: boolean;
}

/** A command that prints text for people, or JSON for programs with `--json`. */
export abstract class JsonCommand extends StrictCommand {
  @Option({ flags: '--json', description: 'print JSON' })
  parseJson(): boolean {
    return true;
  }
}
