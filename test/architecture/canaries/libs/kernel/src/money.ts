// breaks: kernel-imports-no-other-library
import { knows } from '../../platform/src/outbox/index';
export const leaning = knows;
