import { addMessages } from '#platform/http';
import { contextProjections } from '#platform/projections';
import { orderProjections } from './order-projections.config';
import { ProjectionsController } from './projections.controller';
import { ListProjectionsHandler, ViewRebuildHandler } from './projections.query';
import { RebuildStream } from './rebuild-stream.query';
import { CancelRebuildHandler, StartRebuildHandler, TakeRebuildLiveHandler } from './rebuild.command';

addMessages({
  vi: {
    REBUILD_RUNNING: 'Đang có một lượt dựng lại {name}: hãy theo dõi, hoàn tất hoặc hủy lượt đó trước.',
    REBUILD_OVER: 'Lượt dựng lại đã kết thúc: {state}.',
    REBUILD_NOT_READY: 'Lượt dựng lại đang ở bước {state}: chỉ đưa vào dùng được khi đã sẵn sàng.',
  },
});

export const projectionProviders = [
  ...contextProjections(orderProjections),
  ListProjectionsHandler,
  ViewRebuildHandler,
  StartRebuildHandler,
  CancelRebuildHandler,
  TakeRebuildLiveHandler,
  RebuildStream,
];
export const projectionControllers = [ProjectionsController];
