/** The texts of this context's refusals, by code. */
export const stockTexts = {
  en: {
    STOCK_BELOW_RESERVED:
      '{reserved} of {sku} are set aside for orders, so there cannot be {onHand} on hand. Wait for those orders or cancel them.',
    STOCK_TOO_LARGE: 'There cannot be more than {most} of {sku} on hand.',
  },
  vi: {
    STOCK_BELOW_RESERVED:
      'Đã giữ {reserved} {sku} cho các đơn hàng nên tồn kho không thể là {onHand}. Hãy chờ hoặc hủy các đơn đó.',
    STOCK_TOO_LARGE: 'Tồn kho của {sku} không thể vượt quá {most}.',
  },
};
