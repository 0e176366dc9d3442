// The products that people order in a made-up history.
import { built } from '../built.mjs';

const { derivedId } = built('libs/kernel/src/index.js');

const MENU = '0192d1a4-7c00-7000-8000-000000000001';
const drinks = [
  ['Cà phê sữa đá', 'CA-PHE-SUA-DA', 29_000],
  ['Cà phê đen đá', 'CA-PHE-DEN-DA', 25_000],
  ['Bạc xỉu', 'BAC-XIU', 32_000],
  ['Cà phê trứng', 'CA-PHE-TRUNG', 42_000],
  ['Cold brew cam sả', 'COLD-BREW-CAM-SA', 49_000],
  ['Espresso', 'ESPRESSO', 35_000],
  ['Cappuccino', 'CAPPUCCINO', 48_000],
  ['Trà đào cam sả', 'TRA-DAO-CAM-SA', 45_000],
  ['Trà vải hoa hồng', 'TRA-VAI-HOA-HONG', 45_000],
  ['Trà sen vàng', 'TRA-SEN-VANG', 47_000],
  ['Trà sữa trân châu', 'TRA-SUA-TRAN-CHAU', 44_000],
  ['Ô long sữa', 'O-LONG-SUA', 43_000],
  ['Matcha latte', 'MATCHA-LATTE', 52_000],
  ['Hạt Arabica Cầu Đất 250 g', 'ARABICA-CAU-DAT-250', 165_000],
  ['Hạt Robusta Buôn Ma Thuột 500 g', 'ROBUSTA-BMT-500', 145_000],
];
const sizes = [
  ['Nhỏ', 'S', 0],
  ['Vừa', 'M', 6_000],
  ['Lớn', 'L', 11_000],
];
const extras = [
  ['Đường', 'Ít đường', 0],
  ['Đá', 'Ít đá', 0],
  ['Thêm', 'Trân châu đen', 8_000],
  ['Thêm', 'Kem phô mai', 10_000],
];

/** Every variant, with the fields that are the same in all orders. */
export const menu = drinks.flatMap(([name, sku, price]) =>
  sizes.map(([variantName, size, more]) => ({
    productId: derivedId(MENU, sku),
    variantId: derivedId(MENU, sku, size),
    sku: `${sku}-SIZE-${size}`,
    name,
    variantName,
    price: price + more,
  })),
);

export const modifiers = extras.map(([group, name, price]) => ({
  optionId: derivedId(MENU, group, name),
  group,
  name,
  price,
}));
