export { Internal } from './internal';
export { SECRET_HEADER } from './internal.guard';
export { Provider } from './provider';
export { QuestionRefused, Unanswered } from './question-errors';
