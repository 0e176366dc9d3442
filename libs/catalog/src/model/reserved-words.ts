import { isUuid } from '#kernel';

const isFixed = (segment: string): boolean => segment !== '' && !/[:*{(]/.test(segment);

/** The fixed words of routes directly below a collection (`products/popular`). No slug in it may be one of them. */
export function wordsBelow(collection: string, routes: readonly string[]): ReadonlySet<string> {
  const words = routes.flatMap((route) => {
    const segments = route.split('/').filter(Boolean);
    return segments.flatMap((segment, index) => {
      const next = segments[index + 1];
      return segment === collection && next !== undefined && isFixed(next) ? next.toLowerCase() : [];
    });
  });
  return new Set(words);
}

/** Whether a slug would be taken for something else: for a route's own word, or for an id. */
export const isMistakable = (slug: string, reserved: ReadonlySet<string>): boolean =>
  reserved.has(slug.toLowerCase()) || isUuid(slug.toLowerCase());
