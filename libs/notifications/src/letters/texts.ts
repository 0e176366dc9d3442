import type { Money } from '#kernel';
import type { Content, Locale } from './letter';
import { statusWords } from './status-words';

/** 55000 in the Vietnamese form: 55.000 ₫. */
export const dong = ({ amount }: Money): string => `${String(amount).replace(/\B(?=(\d{3})+$)/g, '.')} ₫`;

interface Wording {
  /** `name` is undefined if the recipient has not confirmed the e-mail address. */
  readonly hello: (name: string | undefined) => string;
  readonly bye: string;
  readonly compose: (content: Content) => { readonly subject: string; readonly paragraphs: readonly string[] };
}

const reasonsVi: Readonly<Record<string, string>> = {
  OUT_OF_STOCK: 'Rất tiếc, sản phẩm bạn chọn vừa hết hàng.',
  PAYMENT_DECLINED: 'Ngân hàng từ chối thanh toán.',
  PAYMENT_UNAVAILABLE: 'Cổng thanh toán không phản hồi.',
  CUSTOMER: 'Đơn hàng đã được hủy theo yêu cầu của bạn.',
  STAFF: 'Cửa hàng đã hủy đơn hàng.',
  OVERDUE: 'Đơn hàng không hoàn tất kịp thời.',
};

const reasonsEn: Readonly<Record<string, string>> = {
  OUT_OF_STOCK: 'We are sorry: what you chose has just sold out.',
  PAYMENT_DECLINED: 'The bank declined the payment.',
  PAYMENT_UNAVAILABLE: 'The payment provider did not answer.',
  CUSTOMER: 'The order was cancelled as you asked.',
  STAFF: 'The shop cancelled the order.',
  OVERDUE: 'The order could not be completed in time.',
};

type Refund = Extract<Content, { event: 'order-refunded' }>;

/** The total that has been given back; undefined if an older letter does not have it. */
const refundedSoFar = ({ whole, total, refundedTotal }: Refund): string | undefined => {
  const all = refundedTotal ?? (whole ? total : undefined);
  return all && dong(all);
};

const refundedSoFarVi = (content: Refund): readonly string[] => {
  const all = refundedSoFar(content);
  if (all === undefined) return [];
  return [`Đến nay chúng tôi đã hoàn tổng cộng ${all}${content.whole ? ', toàn bộ số tiền bạn đã trả' : ''}.`];
};

const refundedSoFarEn = (content: Refund): readonly string[] => {
  const all = refundedSoFar(content);
  if (all === undefined) return [];
  return [`So far we have given back ${all} in all${content.whole ? ', everything that you paid' : ''}.`];
};
type Cancelled = Extract<Content, { event: 'order-cancelled' }>;
const wasTakenAndReturned = ({ reversed }: Cancelled): boolean => reversed !== undefined && reversed.amount > 0;
/**
 * Whether the letter must say that the customer was not charged. If the provider did not answer, the customer cannot
 * know this.
 */
const saysNotCharged = (content: Cancelled): boolean =>
  content.code === 'PAYMENT_UNAVAILABLE' && !wasTakenAndReturned(content);

const vi: Wording = {
  hello: (name) => `Chào ${name ?? 'bạn'},`,
  bye: 'Cảm ơn bạn đã ghé Coffee & Tea.',
  compose: (content) => {
    switch (content.event) {
      case 'order-confirmed':
        return {
          subject: `Đơn hàng ${content.number} đã được xác nhận`,
          paragraphs: [
            `Đơn hàng ${content.number} của bạn đã được xác nhận.`,
            ...content.lines.map((line) => `${line.quantity} × ${line.name}: ${dong(line.lineTotal)}`),
            `Tổng cộng: ${dong(content.total)}${content.method === 'cash' ? ' (thanh toán khi nhận hàng)' : ''}`,
          ],
        };
      case 'order-cancelled':
        return {
          subject: `Đơn hàng ${content.number} đã bị hủy`,
          paragraphs: [
            `Đơn hàng ${content.number} đã bị hủy. ${reasonsVi[content.code] ?? ''}`.trim(),
            ...(wasTakenAndReturned(content) ? [`${dong(content.reversed!)} đã bị trừ và đã được hoàn lại.`] : []),
            ...(saysNotCharged(content) ? ['Bạn chưa bị trừ tiền.'] : []),
            ...(content.refunded ? [`Trước khi hủy, chúng tôi đã hoàn ${dong(content.refunded)} cho bạn.`] : []),
            ...(content.refundDue.amount > 0 ? [`Chúng tôi sẽ hoàn lại ${dong(content.refundDue)}.`] : []),
          ],
        };
      case 'order-payment-reversed':
        return {
          subject: `Tiền của đơn hàng ${content.number} đã được hoàn lại`,
          paragraphs: [`${dong(content.amount)} đã bị trừ thừa cho đơn hàng ${content.number} và đã được hoàn lại.`],
        };
      case 'order-refunded':
        return {
          subject: `Hoàn tiền cho đơn hàng ${content.number}`,
          paragraphs: [
            `Chúng tôi đã hoàn ${dong(content.amount)} cho đơn hàng ${content.number}.`,
            ...refundedSoFarVi(content),
            ...(content.ended ? ['Đơn hàng đã kết thúc và sẽ không được giao.'] : []),
          ],
        };
      case 'order-refund-failed':
        return {
          subject: `Hoàn tiền cho đơn hàng ${content.number} chưa thành công`,
          paragraphs: [
            `Chúng tôi chưa hoàn được ${dong(content.amount)} cho đơn hàng ${content.number}: bên thanh toán đã từ chối.`,
            `Cửa hàng vẫn còn nợ bạn ${dong(content.owed)} và sẽ xử lý việc này. Bạn không cần làm gì thêm.`,
          ],
        };
      case 'order-status': {
        const sentence = `Đơn hàng ${content.number} ${statusWords[content.status].vi}`;
        return { subject: sentence, paragraphs: [`${sentence}.`] };
      }
    }
  },
};

const en: Wording = {
  hello: (name) => (name === undefined ? 'Hello,' : `Hello ${name},`),
  bye: 'Thank you for coming to Coffee & Tea.',
  compose: (content) => {
    switch (content.event) {
      case 'order-confirmed':
        return {
          subject: `Your order ${content.number} is confirmed`,
          paragraphs: [
            `Your order ${content.number} is confirmed.`,
            ...content.lines.map((line) => `${line.quantity} × ${line.name}: ${dong(line.lineTotal)}`),
            `Total: ${dong(content.total)}${content.method === 'cash' ? ' (to be paid when you receive it)' : ''}`,
          ],
        };
      case 'order-cancelled':
        return {
          subject: `Your order ${content.number} was cancelled`,
          paragraphs: [
            `Your order ${content.number} was cancelled. ${reasonsEn[content.code] ?? ''}`.trim(),
            ...(wasTakenAndReturned(content) ? [`${dong(content.reversed!)} was taken and has been given back.`] : []),
            ...(saysNotCharged(content) ? ['You were not charged.'] : []),
            ...(content.refunded ? [`Before that we had already given back ${dong(content.refunded)}.`] : []),
            ...(content.refundDue.amount > 0 ? [`We will give back ${dong(content.refundDue)}.`] : []),
          ],
        };
      case 'order-payment-reversed':
        return {
          subject: `Money for your order ${content.number} was given back`,
          paragraphs: [
            `${dong(content.amount)} was taken for your order ${content.number} although you did not owe it, and has been given back.`,
          ],
        };
      case 'order-refunded':
        return {
          subject: `A refund for your order ${content.number}`,
          paragraphs: [
            `We have given back ${dong(content.amount)} for your order ${content.number}.`,
            ...refundedSoFarEn(content),
            ...(content.ended ? ['The order is over, so you will not receive it.'] : []),
          ],
        };
      case 'order-refund-failed':
        return {
          subject: `The refund for your order ${content.number} did not go through`,
          paragraphs: [
            `We could not give back ${dong(content.amount)} for your order ${content.number}: the payment provider refused it.`,
            `We still owe you ${dong(content.owed)}. The shop is looking after it; you do not have to do anything.`,
          ],
        };
      case 'order-status': {
        const sentence = `Your order ${content.number} ${statusWords[content.status].en}`;
        return { subject: sentence, paragraphs: [`${sentence}.`] };
      }
    }
  },
};

export const wordings: Readonly<Record<Locale, Wording>> = { vi, en };
