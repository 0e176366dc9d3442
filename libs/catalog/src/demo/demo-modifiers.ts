import type { GroupDraft, OptionDraft } from '../model/product';

const choice = (name: string, nameEn: string, price = 0, isDefault = false): OptionDraft => ({
  name,
  nameEn,
  price,
  max: 1,
  default: isDefault,
});
const chooseOne = (name: string, nameEn: string, ...options: OptionDraft[]): GroupDraft => ({
  name,
  nameEn,
  min: 1,
  max: 1,
  options,
});

const sugar = chooseOne(
  'Độ ngọt',
  'Sweetness',
  choice('100% đường', '100% sugar', 0, true),
  choice('70% đường', '70% sugar'),
  choice('50% đường', '50% sugar'),
  choice('30% đường', '30% sugar'),
  choice('Không đường', 'No sugar'),
);
const ice = chooseOne(
  'Đá',
  'Ice',
  choice('Đá bình thường', 'Regular ice', 0, true),
  choice('Ít đá', 'Less ice'),
  choice('Không đá', 'No ice'),
  choice('Đá riêng', 'Ice on the side'),
);
const milk = chooseOne(
  'Loại sữa',
  'Milk',
  choice('Sữa tươi', 'Fresh milk', 0, true),
  choice('Sữa yến mạch', 'Oat milk', 12_000),
  choice('Sữa hạnh nhân', 'Almond milk', 12_000),
  choice('Sữa đậu nành', 'Soy milk', 8_000),
);
const condensed = chooseOne(
  'Sữa đặc',
  'Condensed milk',
  choice('Vừa sữa', 'Regular', 0, true),
  choice('Ít sữa', 'Less'),
  choice('Nhiều sữa', 'Extra', 5_000),
);
const shots: GroupDraft = {
  name: 'Thêm shot',
  nameEn: 'Extra shots',
  min: 0,
  max: 3,
  options: [{ name: 'Espresso', nameEn: 'Espresso shot', price: 10_000, max: 3 }],
};
const extra = (name: string, nameEn: string, price: number): OptionDraft => ({ name, nameEn, price, max: 2 });
const toppings: GroupDraft = {
  name: 'Topping',
  nameEn: 'Toppings',
  min: 0,
  max: 4,
  options: [
    extra('Trân châu đen', 'Black pearls', 10_000),
    extra('Trân châu trắng', 'White pearls', 10_000),
    extra('Thạch cà phê', 'Coffee jelly', 8_000),
    extra('Thạch vải', 'Lychee jelly', 8_000),
    extra('Đào miếng', 'Peach slices', 12_000),
    extra('Hạt sen', 'Lotus seeds', 12_000),
    extra('Kem phô mai', 'Cheese foam', 15_000),
    extra('Kem muối', 'Salted cream', 12_000),
  ],
};
const warm = chooseOne('Dùng', 'Served', choice('Nướng nóng', 'Toasted', 0, true), choice('Để nguội', 'As it is'));
const fillings: GroupDraft = {
  name: 'Ăn kèm',
  nameEn: 'Extras',
  min: 0,
  max: 3,
  options: [
    extra('Trứng ốp la', 'Fried egg', 8_000),
    extra('Thêm pate', 'Extra pâté', 7_000),
    extra('Phô mai', 'Cheese', 10_000),
    extra('Thêm thịt', 'Extra meat', 15_000),
  ],
};
const grind = chooseOne(
  'Xay',
  'Grind',
  choice('Nguyên hạt', 'Whole beans', 0, true),
  choice('Xay pha phin', 'For a phin'),
  choice('Xay pha máy', 'For espresso'),
  choice('Xay pha giấy lọc', 'For paper filters'),
  choice('Xay ủ lạnh', 'For cold brew'),
);
const gift: GroupDraft = {
  name: 'Gói quà',
  nameEn: 'Gift wrapping',
  min: 0,
  max: 1,
  options: [choice('Hộp giấy kèm thiệp', 'Box with a card', 20_000)],
};

/** The option groups for each kind of product. */
export const demoModifiers = {
  phin: [sugar, ice, toppings],
  condensed: [condensed, ice, toppings],
  espresso: [milk, sugar, shots],
  black: [sugar, shots],
  tea: [sugar, ice, toppings],
  hotTea: [sugar],
  blended: [sugar, milk, toppings],
  sandwich: [fillings],
  cake: [warm],
  beans: [grind, gift],
  gift: [gift],
  none: [],
} satisfies Record<string, readonly GroupDraft[]>;
