import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { LessOftenWhenIdle, OneAtATime } from '#platform/system';
import { Database } from '#database';
import { Leadership } from '#database/leadership';
import { relayLeadName } from '#messaging';
import { sagasGauge } from './metrics';
import { Sagas } from './saga-list.store';

/** Counts the sagas by status and step. Only the instance that leads the context's relay counts. */
@Injectable()
export class SagaFigures {
  private shown: { name: string; state: string; step: string }[] = [];

  constructor(
    private readonly db: Database,
    private readonly list: Sagas,
    private readonly leadership: Leadership,
  ) {}

  @Interval('saga figures', 5_000)
  @LessOftenWhenIdle()
  @OneAtATime()
  async measure(): Promise<void> {
    if (!this.leadership.leads(relayLeadName(this.db.context))) return this.removeShownLabels();
    const figures = await this.list.figures().catch(() => undefined); // the next round tries again
    if (!figures) return;
    this.removeShownLabels();
    for (const { name, status: state, step, count } of figures) sagasGauge.set({ name, state, step }, count);
    this.shown = figures.map(({ name, status: state, step }) => ({ name, state, step }));
  }

  private removeShownLabels(): void {
    for (const labels of this.shown.splice(0)) sagasGauge.remove(labels);
  }
}
