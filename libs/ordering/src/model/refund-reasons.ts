import type { Sealed } from '#kernel';
import type { PlacedState, Refund } from './order';

type Reason = Pick<Refund, 'reason'>;

const CANCELLED = 'cancelled: ';

const texts = {
  cancelled: { vi: 'Đơn hàng đã bị hủy', en: 'The order was cancelled' },
  given: { vi: 'Cửa hàng hoàn tiền cho bạn', en: 'The shop gives you money back' },
} as const;

const isOfCancellation = ({ reason }: Reason): boolean => typeof reason === 'string' && reason.startsWith(CANCELLED);

/** The reason for a refund that the customer sees: a text of the shop. The customer does not see what staff typed. */
export const refundReasonForOwner = (refund: Reason, locale: 'vi' | 'en'): string =>
  texts[isOfCancellation(refund) ? 'cancelled' : 'given'][locale];

/**
 * The reason for a refund that staff see: the text that was typed, or a text of the shop if nothing was typed. If the
 * refund belongs to a cancellation, the typed text is stored with the cancellation.
 */
export function refundReasonForStaff(refund: Reason, order: PlacedState): string | Sealed {
  if (!isOfCancellation(refund)) return refund.reason;
  const typed = order.status === 'cancelled' ? order.cancellation.reason : null;
  return typed ?? texts.cancelled[order.placed.locale];
}
