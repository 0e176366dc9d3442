import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { OlderBuilds } from '#event-store';
import type { Place } from '#platform/privacy';

/** Binds an order's personal values to their places in the order. */
@Injectable()
export class Places {
  constructor(private readonly older: OlderBuilds) {}

  /** Undefined while an older build may be alive, because it cannot open values that are bound to a place. */
  of(order: Uuid, field: string): Place | undefined {
    return this.older.alive ? undefined : { order, field };
  }
}
