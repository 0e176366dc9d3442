import { writeFileSync } from 'node:fs';
import { Option, SubCommand } from 'nest-commander';
import { OrderEvidence } from '#ordering/evidence/order-evidence.query';
import { parseOrderId } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { print, printJson } from '../output';

interface EvidenceOptions extends JsonOption {
  readonly out?: string;
}

@SubCommand({
  name: 'evidence',
  arguments: '<id>',
  description: 'a file that proves what happened to an order; personal values stay sealed',
})
export class OrderEvidenceCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run([id]: string[], { json, out }: EvidenceOptions): Promise<void> {
    const orderId = parseOrderId(id);
    const text = await this.opener.withShop((shop) => shop.query(new OrderEvidence(orderId)));
    if (out === undefined) return void process.stdout.write(text); // without `--out`, `--json` has no effect
    writeFileSync(out, text);
    if (json) printJson({ orderId, file: out, bytes: Buffer.byteLength(text) });
    else print(`written to ${out}`);
  }

  @Option({ flags: '--out <file>', description: 'the file to write; by default it is printed' })
  parseOut(text: string): string {
    return text;
  }
}
