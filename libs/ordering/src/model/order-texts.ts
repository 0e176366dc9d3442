/** What the refusals of this context say, by their code. The cart has two of these codes too, and says the same there. */
export const orderTexts = {
  en: {
    CART_EMPTY: 'The cart is empty. Put something into it, then order.',
    CART_ALREADY_ORDERED: 'This cart has been ordered already. Look at your orders.',
    VARIANT_UNAVAILABLE: 'Something here is not on sale. Choose another one, or leave it out.',
    MODIFIERS_INVALID: 'Something here cannot be made like that. See the details, then choose again.',
    ORDER_TOO_LARGE: 'One order takes at most {most} {what}. Split it, or call the shop.',
    CANNOT_CANCEL: 'The order is {status} and can no longer be cancelled.',
    WRONG_STATUS: 'The order is {status}; to {step} it, it has to be {needed}.',
    NOTHING_TO_REFUND: 'Nothing is left to give back for this order.',
    REFUND_TOO_LARGE: 'At most {amount} VND can still be given back.',
    VERSION_CONFLICT: 'The order has changed in the meantime. Look again, then repeat.',
  },
  vi: {
    CART_EMPTY: 'Giỏ hàng đang trống. Hãy thêm món rồi đặt hàng.',
    CART_ALREADY_ORDERED: 'Giỏ hàng này đã được đặt. Hãy xem lại đơn hàng của bạn.',
    VARIANT_UNAVAILABLE: 'Có món hiện không bán. Hãy chọn món khác hoặc bỏ món đó.',
    MODIFIERS_INVALID: 'Có món không thể làm với các lựa chọn này. Xem chi tiết rồi chọn lại.',
    ORDER_TOO_LARGE: 'Một đơn hàng chỉ nhận tối đa {most} ({what}). Hãy tách đơn hoặc gọi cho cửa hàng.',
    CANNOT_CANCEL: 'Đơn hàng đang ở trạng thái {status} nên không thể hủy.',
    WRONG_STATUS: 'Đơn hàng đang ở trạng thái {status}; cần ở trạng thái {needed} để thực hiện {step}.',
    NOTHING_TO_REFUND: 'Đơn hàng này không còn khoản nào để hoàn.',
    REFUND_TOO_LARGE: 'Chỉ có thể hoàn tối đa {amount} ₫.',
    VERSION_CONFLICT: 'Đơn hàng vừa thay đổi. Hãy xem lại rồi thử lại.',
  },
};
