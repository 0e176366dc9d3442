import { addMessages } from '#platform/http';
import { OrderEvidenceController } from './order-evidence.controller';
import { OrderEvidenceHandler } from './order-evidence.query';

addMessages({
  en: {
    LOG_TAMPERED: 'The log is not as it was written: {reason}. Verify it.',
    NOT_SEALED_YET: 'The last events of this order are not sealed yet. Ask again in a moment.',
  },
  vi: {
    LOG_TAMPERED: 'Nhật ký không còn như lúc được ghi: {reason}. Hãy kiểm tra.',
    NOT_SEALED_YET: 'Các sự kiện cuối của đơn hàng chưa được niêm phong. Hãy thử lại sau giây lát.',
  },
});

export const evidenceProviders = [OrderEvidenceHandler];
export const evidenceControllers = [OrderEvidenceController];
