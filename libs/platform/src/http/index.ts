import './common-messages';

export * from './answer';
export { field, type Complaint, type FieldKind, type FieldOptions } from './field';
export * from './fields';
export { addMessages, textOf, type Locale, type Texts } from './messages';
export { AnyQuery, Answers, Bare, Does, Refuses, type AnswerDoc, type Refusal } from './operation';
export * from './paging';
export * from './params';
export { InvalidInput, ShopValidationPipe } from './validation.pipe';
