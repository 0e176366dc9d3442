import { addMessages } from '#platform/http';
import { SagaFigures, Sagas } from '#messaging/sagas';
import { CompareSagasHandler } from './compare-sagas.command';
import { FormerPathController } from './former-path.controller';
import { OwnRequests } from './own-requests.adapter';
import { SagasController } from './sagas.controller';
import { ListSagasHandler, ViewSagaHandler } from './sagas.query';
import { CompensateSagaHandler, RetrySagaHandler } from './intervene.command';

addMessages({
  en: {
    PROCESS_OVER: 'The saga is over ({step}). Cancel or refund the order itself.',
    PROCESS_WINDS_BACK: 'The saga is being compensated already ({step}). If it makes no progress, retry it.',
    PROCESS_STILL_ASKED: 'The provider may still answer ({step}). Settle the saga by hand when it needs attention.',
    NO_MONEY_AWAITED: 'The saga does not wait for a payment provider ({step}). Retry it.',
    PROCESS_HAS_NO_WAY_BACK:
      'The money is being given back and cannot be taken again. Retry the saga. When it needs attention, say in `money` what became of the money.',
  },
  vi: {
    PROCESS_OVER: 'Tiến trình đã kết thúc ({step}). Hãy hủy hoặc hoàn tiền chính đơn hàng.',
    PROCESS_WINDS_BACK: 'Tiến trình đang được hoàn tác ({step}). Nếu đứng yên, hãy thử lại.',
    PROCESS_STILL_ASKED: 'Vẫn có thể có câu trả lời ({step}). Chỉ xử lý thủ công khi tiến trình cần được xem xét.',
    NO_MONEY_AWAITED: 'Tiến trình không chờ cổng thanh toán ({step}). Hãy thử lại.',
    PROCESS_HAS_NO_WAY_BACK:
      'Khoản tiền đang hoàn không thể thu lại. Hãy thử lại. Khi tiến trình cần được xem xét, hãy cho biết trong `money` số tiền đã ra sao.',
  },
});

export const sagaProviders = [
  ...[Sagas, SagaFigures, OwnRequests],
  ...[ListSagasHandler, ViewSagaHandler, RetrySagaHandler, CompensateSagaHandler, CompareSagasHandler],
];
export const sagaControllers = [SagasController, FormerPathController];
