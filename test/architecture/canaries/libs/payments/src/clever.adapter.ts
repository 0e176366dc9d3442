// breaks: shop-does-not-import-test-tools
import fc from 'fast-check';
export const clever = fc;
