import { AsyncLocalStorage } from 'node:async_hooks';

/** Facts about the running request. All code can read these facts without getting them as parameters. */
export interface RequestContext {
  readonly requestId: string;
  /** The language of error messages; English by default. */
  readonly locale: 'vi' | 'en';
  /** The language of product names and letters; Vietnamese by default. */
  readonly shopLocale?: 'vi' | 'en';
  /** W3C trace context: `00-<trace id>-<span id>-01`. */
  readonly traceparent: string;
  /** The id of the signed-in user. Set after the user is authenticated. */
  userId?: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** The running request; undefined outside of a request. */
export const currentRequest = (): RequestContext | undefined => storage.getStore();

/** The language for product names in the running request. */
export const shopLocale = (): 'vi' | 'en' => storage.getStore()?.shopLocale ?? 'vi';

/** Runs a function as a part of a request, for example of the request that caused the handled message. */
export const inRequestContext = <Result>(context: RequestContext, work: () => Result): Result =>
  storage.run(context, work);
