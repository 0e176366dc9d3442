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
import { DropKeptHandler, RetrySetAsideHandler } from './upkeep.command';

addMessages({
  en: {
    REBUILD_RUNNING: 'A rebuild of {name} is under way: follow, finish or cancel it first.',
    REBUILD_OVER: 'The rebuild has ended: it is {state}.',
    REBUILD_NOT_READY: 'The rebuild is {state}: it can go live once it is ready.',
    REBUILD_NOT_COMPARED: 'The rebuild is {state}: what it would change is known once it is ready.',
    ORDERS_UNKNOWN: 'There are no such orders: {count} of those that were named. See the details.',
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
