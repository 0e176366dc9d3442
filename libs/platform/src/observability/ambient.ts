import { AsyncLocalStorage } from 'node:async_hooks';

/** What all code can know about the running request. */
export interface Ambient {
  readonly requestId: string;
  /** The language of messages. English if the caller asks for neither language. */
  readonly locale: 'vi' | 'en';
  /** The language of products and letters. Vietnamese, the shop's language, if the caller asks for neither. */
  readonly shopLocale?: 'vi' | 'en';
  /** W3C trace context: `00-<trace id>-<span id>-01`. */
  readonly traceparent: string;
  /** The signed-in user's id, once known. */
  userId?: string;
}

const storage = new AsyncLocalStorage<Ambient>();

/** The running request; undefined outside of one. */
export const ambient = (): Ambient | undefined => storage.getStore();

/** The language for product names in the running request. */
export const shopLocale = (): 'vi' | 'en' => storage.getStore()?.shopLocale ?? 'vi';

/** Runs work as a part of a request, for example of the request that caused a message. */
export const within = <Result>(context: Ambient, work: () => Result): Result => storage.run(context, work);
