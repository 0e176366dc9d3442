// Makes customers and guests. Each has a key, with which their personal data is sealed as in the shop.
import { built } from '../built.mjs';
import { idAt } from './chance.mjs';

const { newKey, sealWith, wrap, keyEncryptionKey } = built('libs/platform/src/privacy/sealing.js');

const families = ['Nguyễn', 'Trần', 'Lê', 'Phạm', 'Hoàng', 'Huỳnh', 'Phan', 'Vũ', 'Võ', 'Đặng', 'Bùi', 'Đỗ'];
const middles = ['Thị', 'Văn', 'Ngọc', 'Minh', 'Thanh', 'Quốc', 'Thu', 'Hữu'];
const givens = [
  'An',
  'Bình',
  'Chi',
  'Dung',
  'Giang',
  'Hà',
  'Khánh',
  'Lan',
  'Mai',
  'Nam',
  'Phúc',
  'Quân',
  'Trang',
  'Yến',
];
const streets = [
  'Lê Lợi',
  'Nguyễn Huệ',
  'Hai Bà Trưng',
  'Pasteur',
  'Điện Biên Phủ',
  'Cách Mạng Tháng Tám',
  'Lý Tự Trọng',
];
const notes = [
  'Ít ngọt giúp em',
  'Giao lên lầu 3, gọi trước khi đến',
  'Không lấy ống hút nhựa',
  'Please call when you arrive',
];

/** @param keep is called for every new subject, with its id, its wrapped key and the time. */
export function people(roll, personalDataKey, keep) {
  const wrapping = keyEncryptionKey(personalDataKey);
  const subject = (id, since) => {
    const key = newKey();
    keep(id, wrap(wrapping, id, key), since);
    const name = `${roll.one(families)} ${roll.one(middles)} ${roll.one(givens)}`;
    const phone = `09${String(roll.below(1e8)).padStart(8, '0')}`;
    return { id, key, name, phone, email: `khach.${phone}@example.com` };
  };
  return {
    customer: (since) => subject(idAt(since), since),
    guest: (orderId, since) => subject(orderId, since),
    sealed: ({ id, key }, text) => sealWith(key, id, text),
    address: () => `${1 + roll.below(400)} ${roll.one(streets)}, Quận ${1 + roll.below(12)}, TP. Hồ Chí Minh`,
    note: () => roll.one(notes),
  };
}
