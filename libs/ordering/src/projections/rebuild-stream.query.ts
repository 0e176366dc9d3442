import { Injectable, type MessageEvent } from '@nestjs/common';
import { Observable } from 'rxjs';
import type { Uuid } from '#kernel';
import { currentRequest, ShopState } from '#platform/observability';
import { textOf } from '#platform/http';
import { Rebuilds, type Rebuild } from '#event-store/projections';
import { RightsWatch, type Caller } from '#platform/security';

const POLL_MS = 250;
const LONGEST_SILENCE_MS = 15_000;
const endStates: readonly Rebuild['state'][] = ['live', 'cancelled', 'failed', 'rolled-back'];

/**
 * Follows a rebuild. A `progress` event is sent after each change, and at least every 15 s. The stream ends when the
 * rebuild is over or the shop shuts down. If the caller is no longer allowed to follow the rebuild, the stream ends
 * with the event `closed {code, message}`.
 */
@Injectable()
export class RebuildStream {
  constructor(
    private readonly rebuilds: Rebuilds,
    private readonly shop: ShopState,
    private readonly rights: RightsWatch,
  ) {}

  async follow(projection: string, id: Uuid, caller: Caller): Promise<Observable<MessageEvent>> {
    const locale = currentRequest()?.locale ?? 'en';
    const first = await this.rebuilds.view(projection, id);
    return new Observable<MessageEvent>((listener) => {
      let timer: NodeJS.Timeout | undefined;
      let sent = '';
      let sentAt = 0;
      const end = (): void => listener.complete();
      const send = (rebuild: Rebuild): void => {
        if (listener.closed) return; // the client has gone while the rebuild was read
        const data = JSON.stringify(rebuild);
        if (data !== sent || performance.now() - sentAt > LONGEST_SILENCE_MS) {
          listener.next({ type: 'progress', data });
          sent = data;
          sentAt = performance.now();
        }
        if (endStates.includes(rebuild.state)) return end();
        timer = setTimeout(
          () => this.rebuilds.view(projection, id).then(send, (error) => listener.error(error)),
          POLL_MS,
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
      if (this.shop.draining.aborted) end();
      send(first);
      return () => {
        unwatch();
        clearTimeout(timer);
        this.shop.draining.removeEventListener('abort', end);
      };
    });
  }
}
