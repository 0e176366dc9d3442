// breaks: shop-does-not-import-tests
import { helper } from '../../../test/support/helper';
export const tested = helper;
