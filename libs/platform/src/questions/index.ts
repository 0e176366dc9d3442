export { Internal } from './internal';
export { isInternal, SECRET_HEADER } from './internal.guard';
export { LocalProvider } from './local-provider';
export { Provider } from './provider';
export { QuestionRefused, Unanswered } from './question-errors';
