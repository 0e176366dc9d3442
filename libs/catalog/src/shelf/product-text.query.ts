/**
 * The SQL of a product's view as JSON text: its head as it was written when staff last edited it, and what changes by the
 * hour. `s` is its row on the shelf.
 */
export const productText = (locale: 'vi' | 'en'): string => `
  left(s.head_${locale}, -1) || ',"available":' || s.in_stock || ',"variants":' || coalesce((
    select json_agg(json_build_object('id', v.id, 'sku', v.sku,
             'name', ${locale === 'en' ? 'coalesce(v.name_en, v.name)' : 'v.name'}, 'type', v.type,
             'price', json_build_object('amount', v.price, 'currency', 'VND'),
             'available', greatest(v.available, 0)) order by v.position)::text
      from variants v where v.product_id = s.product_id and not v.retired), '[]') || '}'`;
