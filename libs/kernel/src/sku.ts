/** The one spelling of a stock code: `abc-m` and `ABC-M` name the same thing. Applied wherever a SKU comes in. */
export const normalSku = (sku: string): string => sku.normalize('NFC').trim().toUpperCase();
