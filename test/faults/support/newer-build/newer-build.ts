import { join } from 'node:path';
import { after, before, changedBuild, inWords, type ChangedBuild, type Edit } from '../changed-build';

const inventory = 'libs/inventory/src/inventory.module.ts';
const announcements = 'libs/inventory/src/model/stock-announcements.ts';
const notifications = 'libs/notifications/src/notifications.module.ts';
const checkout = 'libs/ordering/src/checkout/checkout.saga.ts';
const projections = 'libs/ordering/src/projections/order-projections.config.ts';

/** The changes of existing files that use the new files of overlay/. */
const edits: readonly Edit[] = [
  before('libs/inventory/contracts/index.ts', 'export interface StockLine {', "export * from './newer';", ''),
  before(
    inventory,
    "import { contextDatabase } from '#database';",
    "import { GoodsPacked, GoodsWrapped, WrapGoods } from '#contracts/inventory';",
    "import { WrapWhenAsked } from './wrap-goods/wrap-goods.consumer';",
  ),
  inWords(inventory, 'const consumed = [', 'const consumed = [WrapGoods, '),
  inWords(inventory, 'const published = [', 'const published = [GoodsWrapped, GoodsPacked, '),
  after(inventory, '    ReleaseWhenAsked,', '    WrapWhenAsked,'),
  inWords(announcements, '  StockCommitted,\n', '  GoodsPacked,\n  StockCommitted,\n'),
  inWords(
    announcements,
    '  return [answerTo(orderId, decision.answer), ',
    "  const packed = decision.answer.kind === 'committed' ? [new GoodsPacked({ orderId })] : [];\n" +
      '  return [answerTo(orderId, decision.answer), ...packed, ',
  ),
  before(
    notifications,
    "import { contextMessaging } from '#messaging';",
    "import { GoodsPacked } from '#contracts/inventory';",
    "import { NoteNews } from './note-news/note-news.consumer';",
  ),
  inWords(notifications, 'const consumed = [', 'const consumed = [GoodsPacked, '),
  inWords(notifications, 'WriteWhenOrderMoves, ForgetRecipient, ', 'WriteWhenOrderMoves, ForgetRecipient, NoteNews, '),
  inWords(checkout, 'import { StockCommitRefused,', 'import { GoodsWrapped, StockCommitRefused,'),
  before(checkout, "import { hear } from './checkout';", "import { withWrapping } from './wrapping';"),
  inWords(checkout, '  ...[StockReserved,', '  ...[GoodsWrapped, StockReserved,'),
  inWords(
    checkout,
    'definition(config.reservationTtlSeconds));',
    '...withWrapping(definition(config.reservationTtlSeconds)));',
  ),
  before(
    projections,
    "import { orderList } from './order-list.projection';",
    "import { orderedLines } from './ordered-lines.projection';",
  ),
  inWords(projections, 'orderProjections = [', 'orderProjections = [orderedLines, '),
];

/** The next build. It has new messages and handlers, one more step of the checkout, and one more read model. */
export const newerBuild = (): Promise<ChangedBuild> => changedBuild(join(__dirname, 'overlay'), edits);
