import { Option, SubCommand } from 'nest-commander';
import type { VerifyResult } from '#event-store';
import { VerifyEvents } from '#ordering/order-history/event-log.query';
import { parseWholeNumber } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { EXIT, print, printJson, printTable } from '../output';

/** Remarks about the log that are shown even if no fault was found. */
function notesAbout({ firstFormatThrough, admitted, admittedPositions = [], remarks }: VerifyResult): string[] {
  const notes: string[] = [];
  if (firstFormatThrough > 0) notes.push(`the events up to position ${firstFormatThrough} have no MAC`);
  if (admitted > 0) {
    const more = admitted > admittedPositions.length ? ', and others' : '';
    notes.push(`${admitted} later events have no MAC, at positions ${admittedPositions.join(', ')}${more}`);
  }
  return [...notes, ...remarks.map(({ text }) => text)];
}

interface VerifyOptions extends JsonOption {
  readonly from?: number;
  readonly to?: number;
}

@SubCommand({
  name: 'verify',
  description: 'check the chain of hashes, the MACs and the seals; exit code 1 if something is wrong',
})
export class VerifyEventsCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run(_: string[], { json, from, to }: VerifyOptions): Promise<void> {
    const result = await this.opener.withShop((shop) => shop.query(new VerifyEvents(from, to)));
    if (!result.ok) process.exitCode = EXIT.failed;
    if (json) return printJson(result);
    if (result.ok) print(`${result.events} events checked: nothing was changed, removed or moved`);
    else {
      print(`${result.found} problems found in ${result.events} events`);
      printTable(
        ['position', 'order', 'event', 'problem'],
        result.findings.map(({ position, orderId, eventId, message }) => [position, orderId, eventId, message]),
      );
    }
    for (const note of notesAbout(result)) print(`note: ${note}`);
  }

  @Option({ flags: '--from <position>', description: 'the first position to check' })
  parseFrom(text: string): number {
    return parseWholeNumber('--from', text, 1);
  }

  @Option({ flags: '--to <position>', description: 'the last position to check' })
  parseTo(text: string): number {
    return parseWholeNumber('--to', text, 1);
  }
}
