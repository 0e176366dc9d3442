import type { OrderEventType } from './order';

/** The texts of this context's refusals, by code. The cart uses two of these codes too, with the same texts. */
export const orderTexts = {
  en: {
    'order.deliveryOnly': 'belongs to a delivery: leave it out for a pickup',
    'order.cardOnly': 'belongs to a card: leave it out for cash',
    CART_EMPTY: 'The cart is empty. Put something into it, then order.',
    CART_ALREADY_ORDERED: 'This cart has been ordered already. Look at your orders.',
    VARIANT_UNAVAILABLE: 'Something here is not on sale. Choose another one, or leave it out.',
    MODIFIERS_INVALID: 'An item cannot be made with these options. See the details, then choose again.',
    PRICE_CHANGED: 'The total is {total} now, not {expected}. Look at the cart, then order again.',
    ORDER_TOO_LARGE: 'One order takes at most {most} {what}. Split it, or call the shop.',
    PAYMENT_METHOD_UNAVAILABLE: 'The shop does not take this way to pay now. Choose one that is offered.',
    CANNOT_CANCEL: 'The order is {status} and can no longer be cancelled.',
    WRONG_STATUS: 'The order is {status}; to {step} it, it has to be {needed}.',
    ORDER_ON_HOLD: 'The order is on hold. Resume it first.',
    NOTHING_TO_REFUND: 'Nothing is left to give back for this order.',
    NOTHING_OWED: 'Nothing is owed for this order any more, and nothing is on its way back.',
    NOTHING_TO_RESTOCK:
      'No goods of this order can go back on the shelf now. If this refund should end the order, send `end: true` too.',
    RESTOCK_NEEDS_ALL_MONEY:
      'With `restock`, refund all the money that is left, {amount}. For a smaller refund, leave `restock` out.',
    REFUND_LIMIT: 'You may give back {limit} a day, and {amount} of it is left today. Ask a manager.',
    REFUND_TOO_LARGE: 'At most {amount} can still be given back.',
    EVENT_BROKEN: 'Event {version} ({type}) of this order holds data that cannot be read. Look at the raw events.',
    TOO_MANY_SOCKETS: 'You have {most} connections already. Close one first.',
    EVENT_NOT_BROKEN:
      'Event {version} ({type}) of this order is not broken, so it counts. Only a broken event can be void.',
    HEAD_NOT_BROKEN: 'The order and its last event both have version {version}, so there is nothing to repair.',
    FIRST_EVENT_NEEDED: 'Without its first event there is no order. Restore it from a backup.',
    VERSION_NOT_THERE: 'The order has not reached version {version}. It is at version {present}.',
    NOT_PLACED_YET: 'The order was placed at {placedAt}. Before that there is nothing to show.',
    ORDER_TOO_LONG: 'The order has {events} events. This works only for orders with at most {most} events.',
    VERSION_CONFLICT: 'The order has changed in the meantime. Look again, then repeat.',
  },
  vi: {
    'order.deliveryOnly': 'chỉ dùng khi giao hàng: hãy bỏ trống nếu đến lấy',
    'order.cardOnly': 'chỉ dùng cho thẻ: hãy bỏ trống nếu trả tiền mặt',
    CART_EMPTY: 'Giỏ hàng đang trống. Hãy thêm món rồi đặt hàng.',
    CART_ALREADY_ORDERED: 'Giỏ hàng này đã được đặt. Hãy xem lại đơn hàng của bạn.',
    VARIANT_UNAVAILABLE: 'Có món hiện không bán. Hãy chọn món khác hoặc bỏ món đó.',
    MODIFIERS_INVALID: 'Có món không thể làm với các lựa chọn này. Xem chi tiết rồi chọn lại.',
    PRICE_CHANGED: 'Tổng tiền hiện là {total}, không phải {expected}. Hãy xem lại giỏ hàng rồi đặt lại.',
    ORDER_TOO_LARGE: 'Một đơn hàng chỉ nhận tối đa {most} ({what}). Hãy tách đơn hoặc gọi cho cửa hàng.',
    PAYMENT_METHOD_UNAVAILABLE: 'Cửa hàng hiện không nhận cách thanh toán này. Hãy chọn một cách trong danh sách.',
    CANNOT_CANCEL: 'Đơn hàng đang ở trạng thái {status} nên không thể hủy.',
    WRONG_STATUS: 'Đơn hàng đang ở trạng thái {status}; cần ở trạng thái {needed} để thực hiện {step}.',
    ORDER_ON_HOLD: 'Đơn hàng đang được tạm giữ. Hãy tiếp tục đơn hàng trước.',
    NOTHING_TO_REFUND: 'Đơn hàng này không còn khoản nào để hoàn.',
    NOTHING_OWED: 'Đơn hàng này không còn khoản nào phải hoàn và không có khoản nào đang hoàn.',
    NOTHING_TO_RESTOCK:
      'Không có hàng nào của đơn này có thể nhập lại kho lúc này. Hãy gửi kèm `end: true` nếu đơn hàng kết thúc.',
    RESTOCK_NEEDS_ALL_MONEY:
      'Chỉ nhập lại kho khi hoàn hết số tiền còn lại, {amount}. Nếu hoàn một phần, đừng gửi `restock`.',
    REFUND_LIMIT: 'Bạn được hoàn {limit} mỗi ngày, hôm nay còn {amount}. Hãy hỏi quản lý.',
    REFUND_TOO_LARGE: 'Chỉ có thể hoàn tối đa {amount}.',
    EVENT_BROKEN: 'Sự kiện {version} ({type}) của đơn hàng này chứa dữ liệu không thể xử lý. Hãy xem các sự kiện gốc.',
    TOO_MANY_SOCKETS: 'Bạn đang có {most} kết nối. Hãy đóng bớt một kết nối.',
    EVENT_NOT_BROKEN:
      'Sự kiện {version} ({type}) của đơn hàng này không bị hỏng nên vẫn có hiệu lực. Chỉ sự kiện hỏng mới có thể bị hủy hiệu lực.',
    HEAD_NOT_BROKEN: 'Đơn hàng đang ở phiên bản {version}, đúng với sự kiện cuối cùng. Không có gì cần sửa.',
    FIRST_EVENT_NEEDED: 'Không có sự kiện đầu tiên thì không có đơn hàng. Hãy khôi phục từ bản sao lưu.',
    VERSION_NOT_THERE: 'Đơn hàng chưa có phiên bản {version}. Hiện đang ở phiên bản {present}.',
    NOT_PLACED_YET: 'Đơn hàng được đặt lúc {placedAt}. Trước đó không có gì để xem.',
    ORDER_TOO_LONG: 'Đơn hàng có {events} sự kiện, chức năng này chỉ dùng được cho tối đa {most}.',
    VERSION_CONFLICT: 'Đơn hàng vừa thay đổi. Hãy xem lại rồi thử lại.',
    'word.pending': 'chờ xác nhận',
    'word.confirmed': 'đã xác nhận',
    'word.accepted': 'đã nhận',
    'word.on-hold': 'tạm giữ',
    'word.preparing': 'đang pha chế',
    'word.ready': 'sẵn sàng',
    'word.completed': 'hoàn thành',
    'word.cancelled': 'đã hủy',
    'word.refunded': 'đã hoàn tiền',
    'word.accept': 'nhận đơn',
    'word.prepare': 'bắt đầu pha chế',
    'word.hold': 'tạm giữ đơn',
    'word.resume': 'tiếp tục đơn',
    'word.confirmed or accepted': 'đã xác nhận hoặc đã nhận',
    'word.complete': 'giao đơn',
    'word.pieces of one kind': 'phần của một món',
    'word.pieces for a guest who pays cash': 'phần cho khách vãng lai trả tiền mặt',
    'word.lines': 'dòng món',
    'word.in all': 'tổng cộng',
  },
};

export type RefusalCode = keyof typeof orderTexts.en;

/** The English text of a refusal, with its parameters filled in. */
export const englishText = (code: RefusalCode, params: Readonly<Record<string, string | number>>): string =>
  orderTexts.en[code].replace(/\{(\w+)\}/g, (placeholder, name: string) => String(params[name] ?? placeholder));

/** The title of each fact in an order's history. */
export const factTitles: Readonly<Record<OrderEventType, Readonly<Record<'vi' | 'en', string>>>> = {
  OrderPlaced: { vi: 'Đã nhận đơn hàng', en: 'We received your order' },
  OrderConfirmed: { vi: 'Đơn hàng đã được xác nhận', en: 'Your order is confirmed' },
  OrderAccepted: { vi: 'Quán đã nhận làm đơn của bạn', en: 'The bar has taken your order' },
  OrderHeld: { vi: 'Đơn hàng đang được tạm giữ', en: 'Your order is on hold' },
  OrderResumed: { vi: 'Đơn hàng được tiếp tục', en: 'Your order is no longer on hold' },
  PreparationStarted: { vi: 'Đang pha chế', en: 'Your order is being prepared' },
  OrderReadied: { vi: 'Đơn hàng đã sẵn sàng', en: 'Your order is ready' },
  OrderCompleted: { vi: 'Đơn hàng đã hoàn tất', en: 'Your order is complete' },
  CancellationRequested: { vi: 'Đã ghi nhận yêu cầu hủy', en: 'We are cancelling your order' },
  OrderCancelled: { vi: 'Đơn hàng đã bị hủy', en: 'Your order was cancelled' },
  RefundRequested: { vi: 'Đang hoàn tiền', en: 'A refund is on its way' },
  OrderRefunded: { vi: 'Đã hoàn tiền', en: 'Money was given back' },
  PaymentReversed: { vi: 'Tiền đã bị trừ và đã được hoàn lại', en: 'Money was taken and given back' },
  EventVoided: { vi: 'Một bước đã được ghi nhận là không có hiệu lực', en: 'A step of this order was declared void' },
  RefundFailed: { vi: 'Hoàn tiền chưa thành công', en: 'The refund did not go through' },
};
