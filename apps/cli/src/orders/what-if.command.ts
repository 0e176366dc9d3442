import { Option, SubCommand } from 'nest-commander';
import { orderEventTypes, type OrderEvent } from '#ordering/model/order';
import { WhatIf } from '#ordering/what-if/what-if.query';
import {
  parseJsonObject,
  parseList,
  parseOrderId,
  readTextFile,
  parseWholeNumber,
  invalidArgument,
} from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { print, printJson, printTable } from '../output';

interface WhatIfOptions extends JsonOption {
  readonly leaveOut?: readonly number[];
  readonly change?: readonly { readonly version: number; readonly data: object }[];
  readonly add?: readonly { readonly after: number; readonly type: OrderEvent['type']; readonly data: object }[];
}

/** `text` is JSON, or `@file` with the name of a JSON file. */
const parseEventData = (text: string): object =>
  parseJsonObject('The data', text.startsWith('@') ? readTextFile(text.slice(1)) : text);

@SubCommand({
  name: 'what-if',
  arguments: '<id>',
  description: 'an order as it would be if other events had happened; nothing is written',
})
export class WhatIfCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run([id]: string[], { json, leaveOut, change, add }: WhatIfOptions): Promise<void> {
    const orderId = parseOrderId(id);
    const request = { ...(leaveOut && { leaveOut }), ...(change && { change }), ...(add && { add }) };
    const answer = await this.opener.withShop((shop) => shop.query(new WhatIf(orderId, request)));
    if (json) return printJson(answer);
    print(`status: ${answer.actual.status} → ${answer.whatIf ? answer.whatIf.status : 'no order'}`);
    printTable(
      ['path', 'before', 'after'],
      answer.changes.map(({ path, before, after }) => [path, JSON.stringify(before), JSON.stringify(after)]),
    );
    for (const [name, { actual, whatIf }] of Object.entries(answer.process))
      print(
        `${name}: ${actual.step} → ${whatIf.step}, requests ${whatIf.asks.map(({ type }) => type).join(', ') || 'nothing'}`,
      );
    for (const note of answer.notes) print(`note: ${note}`);
  }

  @Option({ flags: '--leave-out <versions>', description: 'versions to leave out: 2,3' })
  parseLeaveOut(text: string): readonly number[] {
    return parseList(text).map((one) => parseWholeNumber('--leave-out', one, 1));
  }

  @Option({
    flags: '--change <version=data>',
    description: 'other data for an event: 2={…} or 2=@file; may be repeated',
  })
  parseChange(text: string, before: WhatIfOptions['change'] = []): WhatIfOptions['change'] {
    const [version = '', data] = splitAtEquals(text);
    return [...before, { version: parseWholeNumber('--change', version, 1), data: parseEventData(data) }];
  }

  @Option({
    flags: '--add <after:event=data>',
    description: 'one more event after a version: 1:OrderAccepted={}; may be repeated',
  })
  parseAdd(text: string, before: WhatIfOptions['add'] = []): WhatIfOptions['add'] {
    const [place = '', data] = splitAtEquals(text);
    const [after = '', name] = place.split(':');
    const type = orderEventTypes.find((one) => one === name);
    if (!type) throw invalidArgument(`--add needs an event type, one of ${orderEventTypes.join(', ')}.`);
    return [...before, { after: parseWholeNumber('--add', after), type, data: parseEventData(data) }];
  }
}

function splitAtEquals(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, '{}'] : [text.slice(0, at), text.slice(at + 1)];
}
