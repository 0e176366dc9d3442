import type { Sealed } from '#kernel';
import type { PlacedState, Refund } from './order';

type Reason = Pick<Refund, 'reason'>;

const CANCELLED = 'cancelled: ';

const texts = {
  cancelled: { vi: 'Đơn hàng đã bị hủy', en: 'The order was cancelled' },
  given: { vi: 'Cửa hàng hoàn tiền cho bạn', en: 'The shop gives you money back' },
} as const;

const isOfCancellation = ({ reason }: Reason): boolean => typeof reason === 'string' && reason.startsWith(CANCELLED);

/** The reason for a refund, in the shop's words, for the customer. The customer does not see what staff typed. */
export const refundReasonForOwner = (refund: Reason, locale: 'vi' | 'en'): string =>
  texts[isOfCancellation(refund) ? 'cancelled' : 'given'][locale];

/**
 * The reason for a refund, for staff: what was typed, or else the shop's words. The reason of a cancellation is stored
 * with the cancellation.
 */
export function refundReasonForStaff(refund: Reason, order: PlacedState): string | Sealed {
  if (!isOfCancellation(refund)) return refund.reason;
  const typed = order.status === 'cancelled' ? order.cancellation.reason : null;
  return typed ?? texts.cancelled[order.placed.locale];
}
