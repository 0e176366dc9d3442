import type { VariantDraft } from '../model/product';

const variant =
  (type: string, stock: number) =>
  (name: string, nameEn: string, priceAdjustment = 0): VariantDraft => ({ name, nameEn, type, priceAdjustment, stock });
const size = variant('size', 1_000);
const serving = variant('serving', 1_000);
const pack = variant('pack', 200);
const box = variant('box', 150);
const piece = variant('piece', 120);
const model = variant('model', 60);

/** The variants for each kind of product. The first one has the base price. */
export const demoSizes = {
  cup: [size('Size S', 'Small'), size('Size M', 'Medium', 6_000), size('Size L', 'Large', 12_000)],
  tall: [size('Size M', 'Medium'), size('Size L', 'Large', 8_000)],
  shot: [serving('Đơn', 'Single'), serving('Đôi', 'Double', 10_000)],
  hotIced: [serving('Nóng', 'Hot'), serving('Đá', 'Iced', 2_000)],
  loaf: [piece('Nhỏ', 'Small'), piece('Lớn', 'Large', 12_000)],
  pieces: [piece('1 cái', '1 piece'), piece('Hộp 4 cái', 'Box of 4', 75_000)],
  slice: [piece('1 miếng', 'Slice'), piece('Nguyên bánh', 'Whole cake', 280_000)],
  snack: [pack('Gói 100 g', '100 g bag'), pack('Gói 250 g', '250 g bag', 55_000)],
  bag: [pack('Gói 250 g', '250 g bag'), pack('Gói 500 g', '500 g bag', 110_000), pack('Gói 1 kg', '1 kg bag', 300_000)],
  leaf: [pack('Túi 100 g', '100 g pouch'), pack('Hộp 200 g', '200 g tin', 85_000)],
  teaBags: [box('Hộp 25 túi', 'Box of 25'), box('Hộp 50 túi', 'Box of 50', 28_000)],
  sachets: [box('Hộp 12 gói', 'Box of 12'), box('Hộp 24 gói', 'Box of 24', 48_000)],
  phin: [model('1 ly', '1 cup'), model('2 ly', '2 cups', 25_000), model('4 ly', '4 cups', 60_000)],
  gear: [model('Nhỏ', 'Small'), model('Lớn', 'Large', 120_000)],
  colours: [model('Trắng', 'White'), model('Đen', 'Black')],
} satisfies Record<string, readonly VariantDraft[]>;
