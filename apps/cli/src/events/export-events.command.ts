import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Option, SubCommand } from 'nest-commander';
import { ExportEvents } from '#ordering/order-history/event-log.query';
import { parseLine, parseWholeNumber } from '../arguments';
import { ShopOpener } from '../shop-opener';
import { StrictCommand } from '../strict-command';

interface ExportOptions {
  readonly from?: number;
  readonly to?: number;
  readonly out?: string;
}

@SubCommand({
  name: 'export',
  description: 'write the log, or a part of it, to a file that verify-export can check offline',
})
export class ExportEventsCommand extends StrictCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run(_: string[], { from, to, out }: ExportOptions): Promise<void> {
    await this.opener.withShop(async (shop) => {
      const lines = await shop.query(new ExportEvents(from, to));
      if (out) return pipeline(lines, createWriteStream(out, { mode: 0o600 }));
      for await (const line of lines)
        if (!process.stdout.write(line)) await new Promise((drained) => process.stdout.once('drain', drained));
    });
  }

  @Option({ flags: '--from <position>', description: 'begin with the seal that covers this position' })
  parseFrom(text: string): number {
    return parseWholeNumber('--from', text, 1);
  }

  @Option({ flags: '--to <position>', description: 'end with the seal that covers this position' })
  parseTo(text: string): number {
    return parseWholeNumber('--to', text, 1);
  }

  @Option({ flags: '--out <file>', description: 'the file to write; without it, the export is printed' })
  parseOut(text: string): string {
    return parseLine('--out', text);
  }
}
