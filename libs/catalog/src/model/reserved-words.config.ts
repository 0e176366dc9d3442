import { Injectable } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants';
import { ModulesContainer } from '@nestjs/core';

import { isReservedSlug, reservedWordsOf } from './reserved-words';

export type Collection = 'products' | 'categories' | 'brands' | 'inventory';

const pathsOf = (target: object | undefined): string[] =>
  target === undefined
    ? []
    : [(Reflect.getMetadata(PATH_METADATA, target) as string | string[] | undefined) ?? []].flat();

/** Words that are part of this process's routes. They are read from the controllers, so new routes are included. */
@Injectable()
export class ReservedWords {
  private readonly words = new Map<Collection, ReadonlySet<string>>();
  private routes?: readonly string[];

  constructor(private readonly modules: ModulesContainer) {}

  /** Whether this slug cannot be used in the collection, because it looks like a route or like an id. */
  isReserved(collection: Collection, slug: string): boolean {
    let words = this.words.get(collection);
    if (!words) this.words.set(collection, (words = reservedWordsOf(collection, (this.routes ??= this.allRoutes()))));
    return isReservedSlug(slug, words);
  }

  private allRoutes(): string[] {
    const controllers = [...this.modules.values()].flatMap((module) => [...module.controllers.values()]);
    return controllers.flatMap(({ metatype }) => {
      if (!metatype) return [];
      const prototype = metatype.prototype as Record<string, unknown>;
      const methods = Object.getOwnPropertyNames(prototype)
        .filter((name) => name !== 'constructor')
        .map((name) => Object.getOwnPropertyDescriptor(prototype, name)?.value as unknown);
      const methodPaths = methods.flatMap((method) => (typeof method === 'function' ? pathsOf(method) : []));
      return pathsOf(metatype).flatMap((base) => methodPaths.map((path) => `${base}/${path}`));
    });
  }
}
