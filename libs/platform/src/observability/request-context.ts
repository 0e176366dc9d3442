import { AsyncLocalStorage } from 'node:async_hooks';

/** Facts about the running request. All code can read them, without passing them on. */
export interface RequestContext {
  readonly requestId: string;
  /** The language of messages: English, unless the caller prefers Vietnamese. */
  readonly locale: 'vi' | 'en';
  /** The language of product names and letters: Vietnamese, unless the caller prefers English. */
  readonly shopLocale?: 'vi' | 'en';
  /** W3C trace context: `00-<trace id>-<span id>-01`. */
  readonly traceparent: string;
  /** The signed-in user's id, once known. */
  userId?: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** The running request; undefined outside of a request. */
export const currentRequest = (): RequestContext | undefined => storage.getStore();

/** The language for product names in the running request. */
export const shopLocale = (): 'vi' | 'en' => storage.getStore()?.shopLocale ?? 'vi';

/** Runs work as a part of a request, for example of the request that caused a message. */
export const inRequestContext = <Result>(context: RequestContext, work: () => Result): Result =>
  storage.run(context, work);
