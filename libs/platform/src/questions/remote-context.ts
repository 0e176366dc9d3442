import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { currentRequest } from '#platform/observability';
import { CircuitBreaker } from './breaker';
import { SECRET_HEADER } from './internal.guard';
import { QuestionRefused, Unanswered } from './question-errors';

/** The time limit for a question, including its retries. It is short, because a customer is waiting for the answer. */
const LONGEST_MS = 1_000;
const RETRIES = 2;
const TOO_MANY_REQUESTS = 429;

/**
 * A context in another process, which answers questions over HTTP. Questions change nothing, so they can be retried.
 */
export class RemoteContext {
  private readonly log = new Logger('Questions');

  constructor(
    private readonly name: string,
    private readonly url: string,
    private readonly secret: string,
    private readonly breaker = new CircuitBreaker(),
  ) {}

  /**
   * Sends `POST /internal/<path>`, and returns the data of the answer. Throws `Unanswered` if there is no answer in
   * time.
   */
  async ask<Data>(path: string, question: object): Promise<Data> {
    if (!this.breaker.allowsCall()) throw new Unanswered(this.name);
    try {
      const data = await this.askWithRetries<Data>(`${this.url}/internal/${path}`, JSON.stringify(question));
      this.breaker.succeeded();
      return data;
    } catch (error) {
      if (error instanceof QuestionRefused) {
        this.breaker.succeeded();
        throw error;
      }
      this.breaker.failed();
      this.log.warn(`${this.name} does not answer: ${reasonOf(error)}`);
      throw new Unanswered(this.name, error);
    }
  }

  private async askWithRetries<Data>(url: string, question: string): Promise<Data> {
    const deadline = AbortSignal.timeout(LONGEST_MS);
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.send<Data>(url, question, deadline);
      } catch (error) {
        if (error instanceof QuestionRefused || attempt >= RETRIES || deadline.aborted) throw error;
        await pause((0.5 + Math.random()) * 40 * 2 ** attempt);
      }
    }
  }

  private async send<Data>(url: string, body: string, signal: AbortSignal): Promise<Data> {
    const { requestId, traceparent } = currentRequest() ?? {};
    const headers = {
      'content-type': 'application/json',
      [SECRET_HEADER]: this.secret,
      ...(requestId && { 'x-request-id': requestId }),
      ...(traceparent && { traceparent }),
    };
    const reply = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    if (reply.ok) return ((await reply.json()) as { data: Data }).data;
    await reply.body?.cancel();
    if (reply.status >= 500 || reply.status === TOO_MANY_REQUESTS) throw new Error(`${url} answered ${reply.status}`);
    throw new QuestionRefused(url, reply.status);
  }
}

/** The message of a failed `fetch` is only "fetch failed". Its cause has the reason. */
const reasonOf = (error: unknown): string => {
  const { message, cause } = error as Error;
  const { code, message: causeMessage } = (cause ?? {}) as { code?: string; message?: string };
  return [message, causeMessage || code].filter(Boolean).join(': ');
};
