// breaks: shop-does-not-need-tests
import { helper } from '../../../test/support/helper';
export const tested = helper;
