import { AsyncLocalStorage } from 'node:async_hooks';

/** What is known, anywhere in the code, about the request that is being served. */
export interface Ambient {
  readonly requestId: string;
  /** The language of messages about the request: English where the caller named neither. */
  readonly locale: 'vi' | 'en';
  /** The language of what is sold, and of letters: Vietnamese, the shop's own, where the caller named neither. */
  readonly shopLocale?: 'vi' | 'en';
  /** W3C trace context: `00-<trace id>-<span id>-01`. */
  readonly traceparent: string;
  /** The signed-in user's id, once known. */
  userId?: string;
}

const storage = new AsyncLocalStorage<Ambient>();

/** The request being served, or undefined outside of one. */
export const ambient = (): Ambient | undefined => storage.getStore();

/** In which language to name what is sold, here and now. */
export const shopLocale = (): 'vi' | 'en' => storage.getStore()?.shopLocale ?? 'vi';

/** Does the work in the name of a request, such as one whose message is being handled. */
export const within = <Result>(context: Ambient, work: () => Result): Result => storage.run(context, work);
