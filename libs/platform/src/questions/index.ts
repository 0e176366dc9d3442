export { Internal } from './internal';
export { isInternal, SECRET_HEADER } from './internal.guard';
export { LocalContext } from './local-context';
export { RemoteContext } from './remote-context';
export { QuestionRefused, Unanswered } from './question-errors';
