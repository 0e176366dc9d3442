/** A SKU in the form in which SKUs are stored and compared: `abc-m` becomes `ABC-M`. */
export const normalSku = (sku: string): string => sku.normalize('NFC').trim().toUpperCase();
