import { Option } from 'nest-commander';
import { parseLine, invalidArgument } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { operatorName } from '../shop-opener';

export interface DeclarationOptions extends JsonOption {
  readonly reason?: string;
  readonly who?: string;
}

/** The options of a signed declaration: who makes it, and why. Every later verification reports the declaration. */
export abstract class DeclarationCommand extends JsonCommand {
  protected declarationFrom({ reason, who = operatorName() }: DeclarationOptions): { reason: string; who: string } {
    if (reason === undefined) throw invalidArgument('The reason is missing. Give it with --reason.');
    return { reason, who };
  }

  @Option({ flags: '--reason <text>', description: 'the reason; it is signed with the declaration' })
  parseReason(text: string): string {
    return parseLine('--reason', text);
  }

  @Option({
    flags: '--who <name>',
    description: 'the name of the person who declares it; by default the account on this machine',
  })
  parseWho(text: string): string {
    return parseLine('--who', text);
  }
}
