import { Logger } from '@nestjs/common';
import { isEnvironmental } from '#database';
import { CircuitBreaker } from './breaker';
import { Unanswered } from './question-errors';

const LONGEST_MS = 1_000;

/** A context in this process. If its database does not respond, a question fails after a second. */
export class LocalContext {
  private readonly log = new Logger('Questions');

  constructor(
    private readonly name: string,
    private readonly breaker = new CircuitBreaker(),
    private readonly longestMs = LONGEST_MS,
  ) {}

  /** Throws `Unanswered` if the context's database does not respond in time. Other errors are thrown unchanged. */
  async ask<Data>(question: () => Promise<Data>): Promise<Data> {
    if (!this.breaker.allowsCall()) throw new Unanswered(this.name);
    try {
      const data = await this.withTimeLimit(question());
      this.breaker.succeeded();
      return data;
    } catch (error) {
      if (!(error instanceof NoAnswerInTime) && !isEnvironmental(error)) {
        this.breaker.succeeded();
        throw error;
      }
      this.breaker.failed();
      this.log.warn(`${this.name} does not answer: ${(error as Error).message}`);
      throw new Unanswered(this.name, error);
    }
  }

  private async withTimeLimit<Data>(answer: Promise<Data>): Promise<Data> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new NoAnswerInTime(this.longestMs)), this.longestMs);
    });
    return Promise.race([answer, timeout]).finally(() => clearTimeout(timer));
  }
}

class NoAnswerInTime extends Error {
  constructor(longestMs: number) {
    super(`no answer within ${longestMs} ms`);
  }
}
