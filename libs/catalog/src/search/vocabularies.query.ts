import { Injectable } from '@nestjs/common';

import { Cache } from '#platform/cache';

import { tags } from '../shelf/shelf-tags';
import { Shelf } from '../shelf/shelf.store';
import { Vocabulary } from './vocabulary';

/** The vocabulary of the shelf's current words. */
@Injectable()
export class Vocabularies {
  private last?: { readonly words: readonly string[]; readonly vocabulary: Vocabulary };

  constructor(
    private readonly shelf: Shelf,
    private readonly cache: Cache,
  ) {}

  async current(): Promise<Vocabulary> {
    const entry = { kind: 'words', key: 'all', tags: [tags.products], seconds: 600 };
    const words = (await this.cache.remember(entry, () => this.shelf.words()))!;
    if (this.last?.words !== words) this.last = { words, vocabulary: new Vocabulary(words) };
    return this.last.vocabulary;
  }
}
