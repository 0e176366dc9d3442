import { EventEmitter } from 'node:events';

/** `log`: there are new events; `tables`: other tables are live; `rebuilds`: there is work; `moved`: a batch was written. */
export type Beat = 'log' | 'tables' | 'rebuilds' | 'moved';

/** Wakes whoever waits. Only ever a hint: everybody who waits also looks by himself now and then. */
export class Pulse {
  private readonly emitter = new EventEmitter().setMaxListeners(0);

  /** Calls the other processes too; set by whoever knows how. */
  abroad: (beat: Beat) => void = () => undefined;

  tell(beat: Beat): void {
    this.emitter.emit(beat);
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
  async wait(beats: readonly Beat[], milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return;
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
