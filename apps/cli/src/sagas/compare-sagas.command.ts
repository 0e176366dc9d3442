import { Option, SubCommand } from 'nest-commander';
import { CompareSagas } from '#ordering/sagas/compare-sagas.command';
import { parseLine } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener, operatorName } from '../shop-opener';
import { print, printJson, printTable } from '../output';

@SubCommand({
  name: 'compare',
  arguments: '<order>',
  description: 'after a message was dropped or lost: compare the sagas of an order with the order, and correct them',
})
export class CompareSagasCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run([id]: string[], { json, reason }: JsonOption & { readonly reason?: string }): Promise<void> {
    const intervention = { actor: { kind: 'staff' as const }, by: operatorName(), reason: reason ?? null };
    const command = new CompareSagas(id, intervention);
    const compared = await this.opener.withShop((shop) => shop.execute(command, [id], intervention.reason));
    if (json) return printJson(compared);
    const { orderId, status, sagas, deadLetters } = compared;
    print(`${orderId} is ${status}. The comparison with its sagas will do this:`);
    printTable(
      ['saga', 'step', 'becomes', 'note', 'requests'],
      sagas.map((one) => [one.id, one.step, one.becomes, one.note, one.requests.join(', ') || null]),
    );
    if (deadLetters.length > 0)
      print(`the comparison may wait until these dead letters are redriven or dropped: ${deadLetters.join(', ')}`);
  }

  @Option({ flags: '--reason <text>', description: "the reason; do not write people's names in it" })
  parseReason(text: string): string {
    return parseLine('--reason', text);
  }
}
