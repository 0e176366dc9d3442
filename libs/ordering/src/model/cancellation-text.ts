import { nothing, type Money } from '#kernel';
import type { CancellationCode } from '#contracts/ordering';
import { formatDong } from './format-dong';

const texts: Record<'vi' | 'en', Record<CancellationCode, string>> = {
  vi: {
    OUT_OF_STOCK: 'Rất tiếc, một món trong đơn vừa hết hàng. {money}',
    PAYMENT_DECLINED: 'Thanh toán bị từ chối. Vui lòng thử thẻ khác hoặc trả tiền mặt.',
    PAYMENT_UNRESOLVED: 'Không xác nhận được thanh toán. {money}',
    PAYMENT_UNAVAILABLE: 'Cổng thanh toán tạm thời không hoạt động. {money} Vui lòng đặt lại sau.',
    CUSTOMER: 'Đơn hàng đã được hủy theo yêu cầu của bạn.',
    STAFF: 'Cửa hàng đã hủy đơn này. Vui lòng liên hệ nếu bạn cần hỗ trợ.',
    OVERDUE: 'Đơn hàng không hoàn tất kịp thời nên đã được hủy. {money}',
  },
  en: {
    OUT_OF_STOCK: 'Sorry, something in the order has just sold out. {money}',
    PAYMENT_DECLINED: 'The payment was declined. Please try another card, or pay in cash.',
    PAYMENT_UNRESOLVED: 'The payment could not be confirmed. {money}',
    PAYMENT_UNAVAILABLE: 'The payment service is not available. {money} Please order again later.',
    CUSTOMER: 'The order was cancelled as you asked.',
    STAFF: 'The shop cancelled this order. Please contact us if you need help.',
    OVERDUE: 'The order could not be completed in time and was cancelled. {money}',
  },
};

/**
 * The texts for `{money}` if no money was given back. `ifCharged` is for a payment whose result the shop does not know.
 */
const notCharged = { vi: 'Bạn không bị trừ tiền.', en: 'You were not charged.' };
const ifCharged = {
  vi: 'Nếu đã bị trừ tiền, bạn sẽ được hoàn lại.',
  en: 'If you were charged, you get the money back.',
};
const codesOfUnknownPayment: readonly CancellationCode[] = ['PAYMENT_UNRESOLVED', 'OVERDUE'];

const givenBackText = (amount: string) => ({
  vi: `Bạn đã bị trừ ${amount}, và số tiền này đã được hoàn lại.`,
  en: `${amount} was taken and has been given back.`,
});

/**
 * The text that tells the customer about the cancellation. It is stored with the cancellation, in the language of the
 * order.
 */
export function cancellationText(code: CancellationCode, locale: 'vi' | 'en', reversed: Money = nothing): string {
  const text = texts[locale][code];
  if (reversed.amount === 0)
    return text.replace('{money}', (codesOfUnknownPayment.includes(code) ? ifCharged : notCharged)[locale]);
  const moneyText = givenBackText(formatDong(reversed))[locale];
  return text.includes('{money}') ? text.replace('{money}', moneyText) : `${text} ${moneyText}`;
}
