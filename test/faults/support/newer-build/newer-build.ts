import { join } from 'node:path';
import { insertAfter, insertBefore, changedBuild, replaceText, type ChangedBuild, type Edit } from '../changed-build';

const inventory = 'libs/inventory/src/inventory.module.ts';
const announcements = 'libs/inventory/src/model/stock-announcements.ts';
const notifications = 'libs/notifications/src/notifications.module.ts';
const checkout = 'libs/ordering/src/checkout/checkout.saga.ts';
const projections = 'libs/ordering/src/projections/order-projections.config.ts';

/** The changes of existing files that use the new files of overlay/. */
const edits: readonly Edit[] = [
  insertBefore('libs/inventory/contracts/index.ts', 'export interface StockLine {', "export * from './newer';", ''),
  insertBefore(
    inventory,
    "import { contextDatabase } from '#database';",
    "import { GoodsPacked, GoodsWrapped, WrapGoods } from '#contracts/inventory';",
    "import { WrapWhenAsked } from './wrap-goods/wrap-goods.consumer';",
  ),
  replaceText(inventory, 'const consumed = [', 'const consumed = [WrapGoods, '),
  replaceText(inventory, 'const published = [', 'const published = [GoodsWrapped, GoodsPacked, '),
  insertAfter(inventory, '    ReleaseWhenAsked,', '    WrapWhenAsked,'),
  replaceText(announcements, '  StockCommitted,\n', '  GoodsPacked,\n  StockCommitted,\n'),
  replaceText(
    announcements,
    '  return [answerTo(orderId, decision.answer), ',
    "  const packed = decision.answer.kind === 'committed' ? [new GoodsPacked({ orderId })] : [];\n" +
      '  return [answerTo(orderId, decision.answer), ...packed, ',
  ),
  insertBefore(
    notifications,
    "import { contextMessaging } from '#messaging';",
    "import { GoodsPacked } from '#contracts/inventory';",
    "import { NoteNews } from './note-news/note-news.consumer';",
  ),
  replaceText(notifications, 'const consumed = [', 'const consumed = [GoodsPacked, '),
  replaceText(
    notifications,
    'WriteWhenOrderChanges, ForgetRecipient, ',
    'WriteWhenOrderChanges, ForgetRecipient, NoteNews, ',
  ),
  replaceText(checkout, 'import { StockCommitRefused,', 'import { GoodsWrapped, StockCommitRefused,'),
  insertBefore(checkout, "import { react } from './checkout';", "import { withWrapping } from './wrapping';"),
  replaceText(checkout, '  ...[StockReserved,', '  ...[GoodsWrapped, StockReserved,'),
  replaceText(
    checkout,
    'definition(config.reservationTtlSeconds));',
    '...withWrapping(definition(config.reservationTtlSeconds)));',
  ),
  insertBefore(
    projections,
    "import { orderList } from './order-list.projection';",
    "import { orderedLines } from './ordered-lines.projection';",
  ),
  replaceText(projections, 'orderProjections = [', 'orderProjections = [orderedLines, '),
];

/** The next build. It has new messages and handlers, one more step of the checkout, and one more read model. */
export const newerBuild = (): Promise<ChangedBuild> => changedBuild(join(__dirname, 'overlay'), edits);
