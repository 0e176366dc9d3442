import { Option } from 'nest-commander';
import { StrictCommand } from './strict-command';

export interface JsonOption {
  readonly json?: boolean;
}

/** Every command prints for people, or with --json for programs. */
export abstract class JsonCommand extends StrictCommand {
  @Option({ flags: '--json', description: 'print JSON' })
  parseJson(): boolean {
    return true;
  }
}
