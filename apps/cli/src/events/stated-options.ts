import { Option } from 'nest-commander';
import { lineIn, wrong } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { operatorName } from '../operator';

export interface StatedOptions extends JsonOption {
  readonly reason?: string;
  readonly who?: string;
}

/** The options of a signed declaration: who makes it, and why. Every later verification reports the declaration. */
export abstract class StatedCommand extends JsonCommand {
  protected stated({ reason, who = operatorName() }: StatedOptions): { reason: string; who: string } {
    if (reason === undefined) throw wrong('The reason is missing. Give it with --reason.');
    return { reason, who };
  }

  @Option({ flags: '--reason <text>', description: 'the reason; it is signed with the declaration' })
  parseReason(text: string): string {
    return lineIn('--reason', text);
  }

  @Option({
    flags: '--who <name>',
    description: 'the name of the person who declares it; by default the account on this machine',
  })
  parseWho(text: string): string {
    return lineIn('--who', text);
  }
}
