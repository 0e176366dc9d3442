import { addMessages } from '#platform/http';
import { contextProjections } from '#event-store/projections';
import { earlierProjections, orderProjections } from './order-projections.config';
import { ProjectionsController } from './projections.controller';
import {
  DiffRebuildHandler,
  ListProjectionsHandler,
  ListRebuildsHandler,
  ListSetAsideHandler,
  ViewDriftHandler,
  ViewRebuildHandler,
} from './projections.query';
import { RebuildStream } from './rebuild-stream.query';
import { StartRebuildHandler, SteerRebuildHandler } from './rebuild.command';
import { RebuildsController } from './rebuilds.controller';
import { DropKeptHandler, RetrySetAsideHandler } from './drift-and-set-aside.command';

addMessages({
  en: {
    REBUILD_RUNNING: 'A rebuild of {name} is running. Follow, finish or cancel it first.',
    REBUILD_OVER: 'The rebuild has ended: it is {state}.',
    REBUILD_NOT_READY: 'The rebuild is {state}. It can go live when it is ready.',
    REBUILD_NOT_COMPARED: 'The rebuild is {state}. Its changes can be shown when it is ready.',
    ORDERS_UNKNOWN: '{count} of the orders do not exist. See the details.',
    CANNOT_ROLL_BACK:
      'The rebuild is {state}. Only the whole rebuild that is live now can be rolled back, while the table before it is kept.',
  },
  vi: {
    REBUILD_RUNNING: 'Đang có một lượt dựng lại {name}: hãy theo dõi, hoàn tất hoặc hủy lượt đó trước.',
    REBUILD_OVER: 'Lượt dựng lại đã kết thúc: {state}.',
    REBUILD_NOT_READY: 'Lượt dựng lại đang ở bước {state}: chỉ đưa vào dùng được khi đã sẵn sàng.',
    REBUILD_NOT_COMPARED: 'Lượt dựng lại đang ở bước {state}: khi đã sẵn sàng mới biết nó thay đổi những gì.',
    ORDERS_UNKNOWN: 'Không có đơn hàng nào như vậy: {count} trong số các đơn được nêu. Xem chi tiết.',
    CANNOT_ROLL_BACK:
      'Lượt dựng lại đang ở bước {state}. Chỉ có thể quay về từ lượt dựng lại toàn bộ đang được dùng, khi bảng trước đó còn được giữ.',
  },
});

export const projectionProviders = [
  ...contextProjections([...orderProjections, ...earlierProjections]),
  ...[ListProjectionsHandler, ListSetAsideHandler, ViewDriftHandler, RetrySetAsideHandler, DropKeptHandler],
  ...[StartRebuildHandler, SteerRebuildHandler, ViewRebuildHandler, ListRebuildsHandler],
  ...[DiffRebuildHandler, RebuildStream],
];
export const projectionControllers = [ProjectionsController, RebuildsController];
