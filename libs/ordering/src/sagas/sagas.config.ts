import { addMessages } from '#platform/http';
import { SagaFigures, Sagas } from '#messaging/sagas';
import { FormerPathController } from './former-path.controller';
import { SagasController } from './sagas.controller';
import { ListSagasHandler, ViewSagaHandler } from './sagas.query';
import { CompensateSagaHandler, RetrySagaHandler } from './tend-saga.command';

addMessages({
  en: {
    PROCESS_OVER: 'It is over ({step}). Cancel or refund the order itself.',
    PROCESS_WINDS_BACK: 'It is on its way back already ({step}). Retry it, if it stands still.',
    PROCESS_STILL_ASKED: 'An answer may still come ({step}). Settle it once it needs attention.',
    NO_MONEY_AWAITED: 'It does not wait for a payment provider ({step}). Retry it.',
    PROCESS_HAS_NO_WAY_BACK:
      'Money on its way back is not taken again. Retry it. Once it needs attention, say with `money` what became of the money.',
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
  ...[Sagas, SagaFigures],
  ...[ListSagasHandler, ViewSagaHandler, RetrySagaHandler, CompensateSagaHandler],
];
export const sagaControllers = [SagasController, FormerPathController];
