import { Injectable, type MessageEvent } from '@nestjs/common';
import { Observable } from 'rxjs';
import type { Uuid } from '#kernel';
import { ShopState } from '#platform/observability';
import { Rebuilds, type Rebuild } from '#platform/projections';

const often = 250;
const atLeast = 15_000;
const over: readonly Rebuild['state'][] = ['live', 'cancelled', 'failed', 'rolled-back'];

/** Follows a rebuild: a `progress` whenever it has moved, and the last one when it is over, or the shop closes. */
@Injectable()
export class RebuildStream {
  constructor(
    private readonly rebuilds: Rebuilds,
    private readonly shop: ShopState,
  ) {}

  async of(projection: string, id: Uuid): Promise<Observable<MessageEvent>> {
    const first = await this.rebuilds.view(projection, id);
    return new Observable<MessageEvent>((listener) => {
      let timer: NodeJS.Timeout | undefined;
      let told = '';
      let toldAt = 0;
      const end = (): void => listener.complete();
      const tell = (rebuild: Rebuild): void => {
        const data = JSON.stringify(rebuild);
        if (data !== told || performance.now() - toldAt > atLeast) {
          listener.next({ type: 'progress', data });
          told = data;
          toldAt = performance.now();
        }
        if (over.includes(rebuild.state)) return end();
        timer = setTimeout(
          () => this.rebuilds.view(projection, id).then(tell, (error) => listener.error(error)),
          often,
        );
      };
      this.shop.draining.addEventListener('abort', end);
      tell(first);
      return () => {
        clearTimeout(timer);
        this.shop.draining.removeEventListener('abort', end);
      };
    });
  }
}
