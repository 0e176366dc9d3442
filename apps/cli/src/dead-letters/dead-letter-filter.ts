import { Option } from 'nest-commander';
import { DomainError } from '#kernel';
import { shopContexts, type ContextName } from '#platform/config';
import { parseLine } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';

export interface DeadLetterFilter extends JsonOption {
  readonly context?: ContextName;
  readonly key?: string;
  readonly type?: string;
}

/** The options that select dead letters: `--context`, `--key`, `--type`. */
export abstract class DeadLetterFilterCommand extends JsonCommand {
  @Option({ flags: '--context <name>', description: 'only dead letters of this context' })
  parseContext(text: string): ContextName {
    const known = shopContexts.find((name) => name === text);
    if (known) return known;
    throw new DomainError(
      'VALIDATION_ERROR',
      'invalid',
      `There is no context ${text}. The contexts are: ${shopContexts.join(', ')}.`,
    );
  }

  @Option({ flags: '--key <key>', description: 'only messages with this key, usually the id of an order' })
  parseKey(text: string): string {
    return parseLine('--key', text);
  }

  @Option({ flags: '--type <type>', description: 'only messages of this type' })
  parseType(text: string): string {
    return parseLine('--type', text);
  }
}
