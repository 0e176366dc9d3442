// breaks: kernel-leans-on-nothing
import { knows } from '../../platform/src/outbox/index';
export const leaning = knows;
