import { AsyncLocalStorage } from 'node:async_hooks';

/** What is known, anywhere in the code, about the running request. */
export interface Ambient {
  readonly requestId: string;
  /** The language of messages: English if the caller named neither. */
  readonly locale: 'vi' | 'en';
  /** The language of products and letters: Vietnamese, the shop's own, if the caller named neither. */
  readonly shopLocale?: 'vi' | 'en';
  /** W3C trace context: `00-<trace id>-<span id>-01`. */
  readonly traceparent: string;
  /** The signed-in user's id, once known. */
  userId?: string;
}

const storage = new AsyncLocalStorage<Ambient>();

/** The running request; undefined outside of one. */
export const ambient = (): Ambient | undefined => storage.getStore();

/** The language for names of products, here and now. */
export const shopLocale = (): 'vi' | 'en' => storage.getStore()?.shopLocale ?? 'vi';

/** Does the work in the name of a request, for example the one that caused the message being handled. */
export const within = <Result>(context: Ambient, work: () => Result): Result => storage.run(context, work);
