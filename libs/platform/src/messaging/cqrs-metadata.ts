// The names under which @nestjs/cqrs keeps what its decorators were given; it does not export them.
export const EVENTS_HANDLER = '__eventsHandler__';
export const COMMAND_HANDLER = '__commandHandler__';
