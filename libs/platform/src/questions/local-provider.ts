import { Logger } from '@nestjs/common';
import { isEnvironmental } from '#database';
import { Breaker } from './breaker';
import { Unanswered } from './question-errors';

const LONGEST_MS = 1_000;

/** A context of this process whose database may be away. A question is answered within a second, or it fails. */
export class LocalProvider {
  private readonly log = new Logger('Questions');

  constructor(
    private readonly name: string,
    private readonly breaker = new Breaker(),
    private readonly longestMs = LONGEST_MS,
  ) {}

  /** Throws `Unanswered` if the context's database does not answer in time. Other errors are thrown unchanged. */
  async ask<Data>(question: () => Promise<Data>): Promise<Data> {
    if (!this.breaker.lets()) throw new Unanswered(this.name);
    try {
      const data = await this.inTime(question());
      this.breaker.answered();
      return data;
    } catch (error) {
      if (!(error instanceof TooLate) && !isEnvironmental(error)) {
        this.breaker.answered();
        throw error;
      }
      this.breaker.failed();
      this.log.warn(`${this.name} does not answer: ${(error as Error).message}`);
      throw new Unanswered(this.name, error);
    }
  }

  private async inTime<Data>(answer: Promise<Data>): Promise<Data> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new TooLate(this.longestMs)), this.longestMs);
    });
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }
}

class TooLate extends Error {
  constructor(longestMs: number) {
    super(`no answer within ${longestMs} ms`);
  }
}
