/** What the refusals of an erasure say, by their code. */
export const identityTexts = {
  en: {
    ORDER_OPEN: 'An order is still open. Erase once it is completed or cancelled, and what is owed has gone back.',
    STAFF_ACCOUNT: 'This account works here. Take its role away first, then erase it.',
    ORDER_OF_CUSTOMER: 'This order belongs to an account. Erase the account instead.',
  },
  vi: {
    ORDER_OPEN: 'Vẫn còn đơn hàng đang mở. Hãy xóa sau khi đơn đã hoàn tất hoặc đã hủy và tiền đã được hoàn.',
    STAFF_ACCOUNT: 'Đây là tài khoản nhân viên. Hãy gỡ vai trò trước rồi mới xóa.',
    ORDER_OF_CUSTOMER: 'Đơn hàng này thuộc về một tài khoản. Hãy xóa tài khoản đó.',
  },
};
