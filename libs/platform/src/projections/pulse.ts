import { EventEmitter } from 'node:events';

/** `log`: there are new events; `tables`: other tables are live; `rebuilds`: there is work; `moved`: a batch was written. */
export type Beat = 'log' | 'tables' | 'rebuilds' | 'moved';

/** Wakes whoever waits. Only ever a hint: everybody who waits also looks by himself now and then. */
export class Pulse {
  private readonly emitter = new EventEmitter().setMaxListeners(0);
  private readonly counts = new Map<Beat, number>();

  /** Calls the other processes too; set by whoever knows how. */
  abroad: (beat: Beat) => void = () => undefined;

  tell(beat: Beat): void {
    this.counts.set(beat, (this.counts.get(beat) ?? 0) + 1);
    this.emitter.emit(beat);
  }

  /** To be taken before looking for work and given to `wait`, so that a beat in between is not slept through. */
  moment(beats: readonly Beat[]): number {
    return beats.reduce((sum, beat) => sum + (this.counts.get(beat) ?? 0), 0);
  }

  tellAll(beat: Beat): void {
    this.tell(beat);
    this.abroad(beat);
  }

  on(beat: Beat, heard: () => void): () => void {
    this.emitter.on(beat, heard);
    return () => this.emitter.off(beat, heard);
  }

  /** Until one of the beats, the time is over, or the signal says stop. */
  async wait(
    beats: readonly Beat[],
    milliseconds: number,
    signal?: AbortSignal,
    since = this.moment(beats),
  ): Promise<void> {
    if (signal?.aborted || this.moment(beats) !== since) return;
    await new Promise<void>((resolve) => {
      const offs: (() => void)[] = [];
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        for (const off of offs) off();
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal?.addEventListener('abort', done, { once: true });
      for (const beat of beats) offs.push(this.on(beat, done));
    });
  }
}
