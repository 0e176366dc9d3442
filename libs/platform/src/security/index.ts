export { Allowed, GuestOrUser, Public, SignedIn, Who, type Access } from './access';
export * from './caller';
export { Limited, Unlimited } from './limits';
export * from './verifying-keys';
