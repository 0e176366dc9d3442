import { derivedId, type Uuid } from '#kernel';

/** All ids of the demo are derived from this id, so that they are the same in every installation. */
export const DEMO: Uuid = '0192d1a4-7c00-7000-8000-000000000000';

export const categoryId = (slug: string): Uuid => derivedId(DEMO, 'category', slug);
export const brandId = (slug: string): Uuid => derivedId(DEMO, 'brand', slug);

const category = (slug: string, name: string, nameEn: string, description: string) => ({
  id: categoryId(slug),
  slug,
  name,
  nameEn,
  description,
});
export const demoCategories = [
  category('coffee-espresso', 'Cà phê & Espresso', 'Coffee & espresso', 'Cà phê phin truyền thống và các món pha máy.'),
  category('tea-beverages', 'Trà & đồ uống', 'Tea & beverages', 'Trà trái cây, trà sữa, matcha và đá xay.'),
  category('food-snacks', 'Bánh & món ăn nhẹ', 'Food & snacks', 'Bánh mì, bánh ngọt và món ăn kèm.'),
  category('coffee-beans', 'Cà phê hạt & bột', 'Coffee beans & grounds', 'Rang mỗi tuần, đóng gói van một chiều.'),
  category('leaf-tea', 'Trà lá & trà gói', 'Leaf tea & tea bags', 'Trà từ Thái Nguyên, Bảo Lộc, Mộc Châu và Hà Giang.'),
  category('brewing-gear', 'Dụng cụ pha chế', 'Brewing gear', 'Phin, ấm, cối xay và ly để pha ở nhà.'),
] as const;

const brand = (slug: string, name: string, description: string) => ({ id: brandId(slug), slug, name, description });
export const demoBrands = [
  brand('goc-pho', 'Góc Phố', 'Món pha tại quầy của nhà.'),
  brand('lo-banh-som', 'Lò Bánh Sớm', 'Ra lò lúc năm giờ sáng.'),
  brand('trung-nguyen', 'Trung Nguyên', 'Cà phê Buôn Ma Thuột.'),
  brand('cau-dat-farm', 'Cầu Đất Farm', 'Arabica và trà vùng cao Đà Lạt.'),
  brand('phuc-long', 'Phúc Long', 'Trà và cà phê từ năm 1968.'),
  brand('cozy', 'Cozy', 'Trà túi lọc quen thuộc.'),
  brand('tan-cuong', 'Tân Cương', 'Chè Thái Nguyên.'),
  brand('hario', 'Hario', 'Dụng cụ pha chế từ Nhật Bản.'),
  brand('phin-xua', 'Phin Xưa', 'Phin nhôm và inox làm tay.'),
] as const;
