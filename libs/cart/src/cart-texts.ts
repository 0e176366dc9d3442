/** What the refusals of this context say, by their code. */
export const cartTexts = {
  en: {
    CART_FULL: 'A cart holds {most} lines. Remove one first.',
    LINE_TOO_LARGE: 'A line holds {most} pieces. Order fewer, or call us for a large order.',
    VARIANT_UNAVAILABLE: 'This is not on the shelf. Choose another one.',
    MODIFIERS_INVALID: 'It cannot be made like that. See the details.',
  },
  vi: {
    CART_FULL: 'Giỏ hàng chứa tối đa {most} món. Hãy bỏ bớt một món trước.',
    LINE_TOO_LARGE: 'Mỗi món tối đa {most} phần. Hãy đặt ít hơn, hoặc gọi cho chúng tôi để đặt số lượng lớn.',
    VARIANT_UNAVAILABLE: 'Món này hiện không bán. Hãy chọn món khác.',
    MODIFIERS_INVALID: 'Không thể làm món với các lựa chọn này. Xem chi tiết.',
  },
};
