// breaks: contexts-import-only-contracts-of-other-contexts
import { inner } from '#identity/inner';
export const peeked = inner;
