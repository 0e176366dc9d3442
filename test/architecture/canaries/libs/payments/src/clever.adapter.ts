// breaks: shop-does-not-need-test-tools
import fc from 'fast-check';
export const clever = fc;
