import { Injectable, type MessageEvent } from '@nestjs/common';
import { Observable } from 'rxjs';
import type { Uuid } from '#kernel';
import { ambient, ShopState } from '#platform/observability';
import { textOf } from '#platform/http';
import { Rebuilds, type Rebuild } from '#event-store/projections';
import { RightsWatch, type Caller } from '#platform/security';

const often = 250;
const atLeast = 15_000;
const over: readonly Rebuild['state'][] = ['live', 'cancelled', 'failed', 'rolled-back'];

/**
 * Follows a rebuild. It sends a `progress` whenever the rebuild has moved, and a last one when it is over or the shop
 * closes. It sends `closed {code, message}` when the caller may no longer follow it.
 */
@Injectable()
export class RebuildStream {
  constructor(
    private readonly rebuilds: Rebuilds,
    private readonly shop: ShopState,
    private readonly rights: RightsWatch,
  ) {}

  async of(projection: string, id: Uuid, caller: Caller): Promise<Observable<MessageEvent>> {
    const locale = ambient()?.locale ?? 'en';
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
      const unwatch = this.rights.watch({
        caller: () => caller,
        end: ({ code, message, params }) => {
          const data = JSON.stringify({ code, message: textOf(code, locale, params, message) });
          listener.next({ type: 'closed', data });
          end();
        },
      });
      this.shop.draining.addEventListener('abort', end);
      tell(first);
      return () => {
        unwatch();
        clearTimeout(timer);
        this.shop.draining.removeEventListener('abort', end);
      };
    });
  }
}
