import { Option } from 'nest-commander';
import { lineIn, wrong } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { operatorName } from '../operator';

export interface StatedOptions extends JsonOption {
  readonly reason?: string;
  readonly who?: string;
}

/** The options of a declaration, which is signed. Every later verification reports it. */
export abstract class StatedCommand extends JsonCommand {
  protected stated({ reason, who = operatorName() }: StatedOptions): { reason: string; who: string } {
    if (reason === undefined) throw wrong('Give a reason with --reason.');
    return { reason, who };
  }

  @Option({ flags: '--reason <text>', description: 'why; it is signed' })
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
