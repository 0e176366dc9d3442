import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { ListOf } from '#platform/http';
import { Internal } from '#platform/questions';
import { SessionStates, type SessionState } from '#platform/security';

class SessionsBody {
  @ListOf('uuid', { min: 1, max: 1_000 })
  sessions!: Uuid[];
}

/**
 * Answers the question `SessionStates` over HTTP, for the other processes of the application. The answer is a
 * list of pairs of session id and state.
 */
@Internal()
@Controller('internal/session-states')
export class SessionStatesController {
  constructor(private readonly states: SessionStates) {}

  @Post()
  @HttpCode(200)
  async find(@Body() { sessions }: SessionsBody): Promise<[Uuid, SessionState][]> {
    return [...(await this.states.find(sessions))];
  }
}
