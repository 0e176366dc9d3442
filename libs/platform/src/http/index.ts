import './common-messages';

export { limitConnections, shopAdapter } from './adapter';
export * from './answer';
export * from './checked-fields';
export { addBodyParsers, type Proof } from './body-parser';
export { AddressLimits } from './door/address-limits';
export { useClientAddresses } from './client-ip';
export { addDoor } from './door/door';
export { addEdge } from './edge';
export { matchesEtag } from './etag';
export { failureOf } from './failure';
export { FailureFilter } from './failure.filter';
export { describeComplaint, field, type Complaint, type FieldKind, type FieldOptions } from './field';
export { AnyObject, checkText, Email, Flag, Id, Instant, Line, ListOf, Nested, NestedOrText, OneOf, Text, WholeNumber } from './fields'; // prettier-ignore
export { HttpModule } from './http.module';
export { addMessages, localeOf, textOf, type Locale, type Texts } from './messages';
export { ApiPages, serveDocs } from './api-pages';
export { openApiDocument } from './openapi';
export {
  AnyBody,
  AnyQuery,
  Answers,
  Bare,
  BodyExample,
  OperationDoc,
  Refuses,
  HasEtag,
  type AnswerDoc,
  type Refusal,
} from './operation';
export * from './paging';
export * from './params';
export { ReadyAnswers } from './ready/ready-answers';
export { keepReadyAnswers, sendReadyAnswers } from './ready/send-ready';
export {
  Amount,
  amountOf,
  Immutable,
  findChangedImmutableFields,
  From,
  NewSlug,
  Price,
  ReadOnly,
  Sku,
  Slug,
  Until,
} from './shop-fields';

export { InvalidInput, ShopValidationPipe } from './validation.pipe';
export { faultOfName, PersonName } from './person-name';
