import { DomainError } from '#kernel';
import { BadRequestException, RequestTimeoutException } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { BodyTooLarge } from '../unread-body';
import { holdUps, type HoldUps } from './hold-ups';
import { JsonCount, type JsonExcess } from './json-count';
import type { Room } from './room';

/** A body that is larger than its sender may send. */
export class TooMuch extends Error {
  constructor(
    readonly excess: JsonExcess,
    readonly room: Room,
  ) {
    super(`too much in a body: ${excess}`);
  }
}

const tooManyBodies = () =>
  new DomainError('OVERLOADED', 'unavailable', 'The shop is very busy. Try again in a moment.');

const MOST_IN_FLIGHT = 32 * 1024 * 1024;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Reads JSON bodies and counts while reading: the bytes of each, the bytes of all that are still arriving, and the
 * names and values in them. A sender that sends nothing for ten seconds gets 408, unless this process was blocked.
 */
export class BodyReader {
  /** Bytes in memory of bodies that are still arriving. */
  inFlight = 0;

  constructor(
    private readonly mostInFlight = MOST_IN_FLIGHT,
    private readonly longestPauseMs = LONGEST_PAUSE_MS,
    private readonly blocked: Pick<HoldUps, 'within'> = holdUps,
  ) {}

  /** `announced`: the Content-Length, if there was one. */
  read(body: Readable, announced: number | undefined, room: Room): Promise<Buffer> {
    return new Promise((finished, failed) => {
      if (announced !== undefined && announced > room.bytes) return failed(new BodyTooLarge(room.bytes));
      const chunks: Buffer[] = [];
      const count = new JsonCount(room);
      let received = 0;
      const giveUp = () =>
        this.blocked.within(this.longestPauseMs) ? void pause.refresh() : settle(new RequestTimeoutException());
      const pause = setTimeout(giveUp, this.longestPauseMs);

      const settle = (fault?: Error): void => {
        clearTimeout(pause);
        this.inFlight -= received;
        body.off('data', take).off('end', end).off('error', broken).off('close', broken);
        body.on('error', () => undefined); // later errors do not matter any more
        if (fault) failed(fault);
        else finished(Buffer.concat(chunks, received)); // a copy, because the chunks are in the socket's memory
      };
      const take = (chunk: Buffer): void => {
        received += chunk.length;
        this.inFlight += chunk.length;
        if (received > room.bytes) return settle(new BodyTooLarge(room.bytes));
        // A complete body is not refused: it is parsed at once, and leaves the memory. Most bodies come in one chunk.
        if (this.inFlight > this.mostInFlight && received !== announced) return settle(tooManyBodies());
        const excess = count.take(chunk);
        if (excess !== undefined) return settle(new TooMuch(excess, room));
        chunks.push(chunk);
        pause.refresh();
      };
      const broken = (): void => settle(new BadRequestException());
      const end = (): void =>
        announced === undefined || announced === received ? settle() : settle(new BadRequestException());
      body.on('data', take).on('end', end).on('error', broken).on('close', broken);
    });
  }
}
