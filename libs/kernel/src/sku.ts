/** The one spelling of a stock code: `abc-m` and `ABC-M` are the same. Applied wherever a SKU comes in. */
export const normalSku = (sku: string): string => sku.normalize('NFC').trim().toUpperCase();
