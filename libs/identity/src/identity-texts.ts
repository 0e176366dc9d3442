/** The texts of the refusals, by code. */
export const identityTexts = {
  en: {
    EMAIL_TAKEN: 'There is an account with this e-mail address already. Log in instead.',
    CREDENTIALS_INVALID: 'The e-mail address or the password is not right.',
    'CREDENTIALS_INVALID.password': 'The password is not right.',
    'TOKEN_INVALID.refresh': 'The refresh token is not valid any more. Log in again.',
    'TOKEN_EXPIRED.refresh': 'The session has expired. Log in again.',
    'logOut.nothing': 'Send the refresh token, or an access token.',
    ORDER_OPEN:
      'An order is still open. Erase the person when the order is completed or cancelled, and all refunds are paid.',
    LAST_ADMIN: 'This is the last admin. Make somebody else an admin first.',
    STAFF_ACCOUNT: 'This account belongs to staff. Remove its role first, then erase it.',
    ORDER_OF_CUSTOMER: 'This order belongs to an account. Erase the account instead.',
  },
  vi: {
    EMAIL_TAKEN: 'Địa chỉ e-mail này đã có tài khoản. Hãy đăng nhập.',
    CREDENTIALS_INVALID: 'Địa chỉ e-mail hoặc mật khẩu không đúng.',
    'CREDENTIALS_INVALID.password': 'Mật khẩu không đúng.',
    'TOKEN_INVALID.refresh': 'Mã làm mới phiên không còn hợp lệ. Vui lòng đăng nhập lại.',
    'TOKEN_EXPIRED.refresh': 'Phiên đăng nhập đã hết hạn. Vui lòng đăng nhập lại.',
    'logOut.nothing': 'Hãy gửi mã làm mới phiên hoặc mã truy cập.',
    ORDER_OPEN: 'Vẫn còn đơn hàng đang mở. Hãy xóa sau khi đơn đã hoàn tất hoặc đã hủy và tiền đã được hoàn.',
    LAST_ADMIN: 'Đây là quản trị viên cuối cùng. Hãy cấp quyền quản trị cho người khác trước.',
    STAFF_ACCOUNT: 'Đây là tài khoản nhân viên. Hãy gỡ vai trò trước rồi mới xóa.',
    ORDER_OF_CUSTOMER: 'Đơn hàng này thuộc về một tài khoản. Hãy xóa tài khoản đó.',
  },
};
