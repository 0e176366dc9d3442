/** The texts of this context's refusals, by code. Ordering uses two of these codes too, with the same texts. */
export const cartTexts = {
  en: {
    CART_FULL: 'A cart holds {most} lines. Remove one first.',
    LINE_TOO_LARGE: 'A line holds {most} pieces. Order fewer, or call us for a large order.',
    VARIANT_UNAVAILABLE: 'Something here is not on sale. Choose another one, or leave it out.',
    MODIFIERS_INVALID: 'An item cannot be made with these options. See the details, then choose again.',
  },
  vi: {
    CART_FULL: 'Giỏ hàng chứa tối đa {most} món. Hãy bỏ bớt một món trước.',
    LINE_TOO_LARGE: 'Mỗi món tối đa {most} phần. Hãy đặt ít hơn, hoặc gọi cho chúng tôi để đặt số lượng lớn.',
    VARIANT_UNAVAILABLE: 'Có món hiện không bán. Hãy chọn món khác hoặc bỏ món đó.',
    MODIFIERS_INVALID: 'Có món không thể làm với các lựa chọn này. Xem chi tiết rồi chọn lại.',
  },
};
