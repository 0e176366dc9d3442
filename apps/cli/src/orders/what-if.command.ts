import { Option, SubCommand } from 'nest-commander';
import { orderEventTypes, type OrderEvent } from '#ordering/model/order';
import { WhatIf } from '#ordering/what-if/what-if.query';
import { jsonIn, listIn, orderIdIn, textIn, wholeIn, wrong } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { Operator } from '../operator';
import { print, printJson, printTable } from '../output';

interface WhatIfOptions extends JsonOption {
  readonly leaveOut?: readonly number[];
  readonly change?: readonly { readonly version: number; readonly data: object }[];
  readonly add?: readonly { readonly after: number; readonly type: OrderEvent['type']; readonly data: object }[];
}

/** `text` is JSON, or `@file` with the name of a JSON file. */
const dataIn = (text: string): object => jsonIn('The data', text.startsWith('@') ? textIn(text.slice(1)) : text);

@SubCommand({
  name: 'what-if',
  arguments: '<id>',
  description: 'an order as it would be if other events had happened; nothing is written',
})
export class WhatIfCommand extends JsonCommand {
  constructor(private readonly operator: Operator) {
    super();
  }

  async run([id]: string[], { json, leaveOut, change, add }: WhatIfOptions): Promise<void> {
    const orderId = orderIdIn(id);
    const request = { ...(leaveOut && { leaveOut }), ...(change && { change }), ...(add && { add }) };
    const answer = await this.operator.work((shop) => shop.ask(new WhatIf(orderId, request)));
    if (json) return printJson(answer);
    print(`status: ${answer.actual.status} → ${answer.whatIf ? answer.whatIf.status : 'no order'}`);
    printTable(
      ['path', 'before', 'after'],
      answer.changes.map(({ path, before, after }) => [path, JSON.stringify(before), JSON.stringify(after)]),
    );
    for (const [name, { actual, whatIf }] of Object.entries(answer.process))
      print(
        `${name}: ${actual.step} → ${whatIf.step}, asks ${whatIf.asks.map(({ type }) => type).join(', ') || 'nothing'}`,
      );
    for (const note of answer.notes) print(`note: ${note}`);
  }

  @Option({ flags: '--leave-out <versions>', description: 'versions to leave out: 2,3' })
  parseLeaveOut(text: string): readonly number[] {
    return listIn(text).map((one) => wholeIn('--leave-out', one, 1));
  }

  @Option({
    flags: '--change <version=data>',
    description: 'other data for an event: 2={…} or 2=@file; may be repeated',
  })
  parseChange(text: string, before: WhatIfOptions['change'] = []): WhatIfOptions['change'] {
    const [version = '', data] = cut(text);
    return [...before, { version: wholeIn('--change', version, 1), data: dataIn(data) }];
  }

  @Option({
    flags: '--add <after:event=data>',
    description: 'one more event after a version: 1:OrderAccepted={}; may be repeated',
  })
  parseAdd(text: string, before: WhatIfOptions['add'] = []): WhatIfOptions['add'] {
    const [place = '', data] = cut(text);
    const [after = '', name] = place.split(':');
    const type = orderEventTypes.find((one) => one === name);
    if (!type) throw wrong(`--add needs an event type, one of ${orderEventTypes.join(', ')}.`);
    return [...before, { after: wholeIn('--add', after), type, data: dataIn(data) }];
  }
}

function cut(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, '{}'] : [text.slice(0, at), text.slice(at + 1)];
}
