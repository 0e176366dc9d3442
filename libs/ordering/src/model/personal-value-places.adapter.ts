import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { OlderBuildWatch } from '#event-store';
import type { Place } from '#platform/privacy';

/** Returns the place to which a sealed personal value is bound: an order, and a field of this order. */
@Injectable()
export class PersonalValuePlaces {
  constructor(private readonly olderBuilds: OlderBuildWatch) {}

  /**
   * Returns undefined while perhaps an older build is running. An older build cannot open values that are bound to a
   * place.
   */
  of(order: Uuid, field: string): Place | undefined {
    return this.olderBuilds.mayBeAlive ? undefined : { order, field };
  }
}
