import type { Projection } from './projection';

/**
 * The projections of one context in this build. While tables of several versions are in use, a projection is in the set
 * once for each version.
 */
export class ProjectionSet {
  constructor(readonly all: readonly Projection[]) {}

  get names(): string[] {
    return [...new Set(this.all.map((one) => one.name))];
  }
}
