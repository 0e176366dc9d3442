/**
 * The SQL expression for a product's view as JSON text. `head_…` is stored text, which only an edit changes. Stock and
 * variants change often, so they are added when the view is read. `s` is the product's row on the shelf.
 */
export const productText = (locale: 'vi' | 'en'): string => {
  const name = locale === 'en' ? 'coalesce(v.name_en, v.name)' : 'v.name';
  return `
  left(s.head_${locale}, -1) || ',"available":' || s.in_stock || ',"variants":' || coalesce((
    select '[' || string_agg('{"id":"' || v.id || '","sku":' || to_json(v.sku) || ',"name":' || to_json(${name})
             || ',"type":' || to_json(v.type) || ',"price":{"amount":' || v.price || ',"currency":"VND"},"available":'
             || greatest(v.available, 0) || '}', ',' order by v.position) || ']'
      from variants v where v.product_id = s.product_id and not v.retired), '[]') || '}'`;
};
