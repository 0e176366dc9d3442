import { isUuid } from '#kernel';

const isFixed = (segment: string): boolean => segment !== '' && !/[:*{(]/.test(segment);

/** The fixed words that follow the collection in a route (`products/popular`). A slug must not be such a word. */
export function reservedWordsOf(collection: string, routes: readonly string[]): ReadonlySet<string> {
  const words = routes.flatMap((route) => {
    const segments = route.split('/').filter(Boolean);
    return segments.flatMap((segment, index) => {
      const next = segments[index + 1];
      return segment === collection && next !== undefined && isFixed(next) ? next.toLowerCase() : [];
    });
  });
  return new Set(words);
}

/** Whether a slug could be mistaken for a fixed word of a route, or for an id. */
export const isReservedSlug = (slug: string, reserved: ReadonlySet<string>): boolean =>
  reserved.has(slug.toLowerCase()) || isUuid(slug.toLowerCase());
