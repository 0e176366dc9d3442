import { addMessages } from '#platform/http';
import { contextProjections } from '#platform/projections';
import { earlierProjections, orderProjections } from './order-projections.config';
import { ProjectionsController } from './projections.controller';
import {
  DiffRebuildHandler,
  ListProjectionsHandler,
  ListSetAsideHandler,
  ViewDriftHandler,
  ViewRebuildHandler,
} from './projections.query';
import { RebuildStream } from './rebuild-stream.query';
import { StartRebuildHandler, SteerRebuildHandler } from './rebuild.command';
import { RebuildsController } from './rebuilds.controller';
import { DropKeptHandler, RetrySetAsideHandler } from './upkeep.command';

addMessages({
  vi: {
    REBUILD_RUNNING: 'Đang có một lượt dựng lại {name}: hãy theo dõi, hoàn tất hoặc hủy lượt đó trước.',
    REBUILD_OVER: 'Lượt dựng lại đã kết thúc: {state}.',
    REBUILD_NOT_READY: 'Lượt dựng lại đang ở bước {state}: chỉ đưa vào dùng được khi đã sẵn sàng.',
    REBUILD_NOT_COMPARED: 'Lượt dựng lại đang ở bước {state}: khi đã sẵn sàng mới biết nó thay đổi những gì.',
    CANNOT_ROLL_BACK:
      'Lượt dựng lại đang ở bước {state}. Chỉ có thể quay về từ lượt dựng lại toàn bộ đang được dùng, khi bảng trước đó còn được giữ.',
  },
});

export const projectionProviders = [
  ...contextProjections([...orderProjections, ...earlierProjections]),
  ...[ListProjectionsHandler, ListSetAsideHandler, ViewDriftHandler, RetrySetAsideHandler, DropKeptHandler],
  ...[StartRebuildHandler, SteerRebuildHandler, ViewRebuildHandler, DiffRebuildHandler, RebuildStream],
];
export const projectionControllers = [ProjectionsController, RebuildsController];
