import { join } from 'node:path';
import { insertBefore, changedBuild, replaceText, type ChangedBuild, type Edit } from '../changed-build';

const consumer = 'libs/inventory/src/commit-stock/commit-stock.consumer.ts';
const methodStart = 'async execute({ body: { orderId } }: CommitStock): Promise<void> {\n';

const edits: readonly Edit[] = [
  insertBefore(consumer, "import { Stocks } from '../model/stocks.store';", "import { trouble } from './trouble';"),
  replaceText(consumer, methodStart, `${methodStart}    await trouble();\n`),
];

/** A build whose handler `commit-stock` hangs or throws while the file named by TROUBLE says `hang` or `throw`. */
export const troubledBuild = (): Promise<ChangedBuild> => changedBuild(join(__dirname, 'overlay'), edits);
