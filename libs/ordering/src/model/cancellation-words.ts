import type { CancellationCode } from '#contracts/ordering';

const words: Record<'vi' | 'en', Record<CancellationCode, string>> = {
  vi: {
    OUT_OF_STOCK: 'Rất tiếc, một món trong đơn vừa hết hàng. Bạn không bị trừ tiền.',
    PAYMENT_DECLINED: 'Thanh toán bị từ chối. Vui lòng thử thẻ khác hoặc trả tiền mặt.',
    PAYMENT_UNRESOLVED: 'Không xác nhận được thanh toán. Nếu đã bị trừ tiền, bạn sẽ được hoàn lại.',
    PAYMENT_UNAVAILABLE: 'Cổng thanh toán tạm thời không hoạt động. Bạn không bị trừ tiền, vui lòng đặt lại sau.',
    CUSTOMER: 'Đơn hàng đã được hủy theo yêu cầu của bạn.',
    STAFF: 'Cửa hàng đã hủy đơn này. Vui lòng liên hệ nếu bạn cần hỗ trợ.',
    OVERDUE: 'Đơn hàng không hoàn tất kịp thời nên đã được hủy. Nếu đã bị trừ tiền, bạn sẽ được hoàn lại.',
  },
  en: {
    OUT_OF_STOCK: 'Sorry, something in the order has just sold out. You were not charged.',
    PAYMENT_DECLINED: 'The payment was declined. Please try another card, or pay in cash.',
    PAYMENT_UNRESOLVED: 'The payment could not be confirmed. Whatever was taken is given back.',
    PAYMENT_UNAVAILABLE: 'The payment service is not available. You were not charged; please order again later.',
    CUSTOMER: 'The order was cancelled as you asked.',
    STAFF: 'The shop cancelled this order. Please contact us if you need help.',
    OVERDUE: 'The order could not be completed in time and was cancelled. Whatever was taken is given back.',
  },
};

/** What the customer is told; it is stored with the cancellation, in the language of the order. */
export const cancellationWords = (code: CancellationCode, locale: 'vi' | 'en'): string => words[locale][code];
