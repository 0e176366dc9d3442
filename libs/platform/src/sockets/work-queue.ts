/** Runs one piece of work at a time, in the order of the calls. */
export class WorkQueue {
  private last: Promise<unknown> = Promise.resolve();

  next<T>(work: () => Promise<T> | T): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}
