// breaks: contexts-meet-in-contracts
import { inner } from '#identity/inner';
export const peeked = inner;
