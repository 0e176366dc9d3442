import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Database } from '#platform/database';
import { Leadership } from '#platform/leadership';
import { RELAY } from '#platform/messaging';
import { processes } from './metrics';
import { Processes } from './process-list.store';

/** How many processes stand where, measured by the instance that leads the context's relay. */
@Injectable()
export class ProcessFigures {
  private shown: { name: string; state: string; step: string }[] = [];

  constructor(
    private readonly db: Database,
    private readonly list: Processes,
    private readonly leadership: Leadership,
  ) {}

  @Interval('process figures', 5_000)
  async measure(): Promise<void> {
    if (!this.leadership.leads(RELAY(this.db.context))) return this.forget();
    const figures = await this.list.figures().catch(() => undefined); // the next round tries again
    if (!figures) return;
    this.forget();
    for (const { name, status: state, step, count } of figures) processes.set({ name, state, step }, count);
    this.shown = figures.map(({ name, status: state, step }) => ({ name, state, step }));
  }

  private forget(): void {
    for (const labels of this.shown.splice(0)) processes.remove(labels);
  }
}
