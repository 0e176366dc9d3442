// breaks: no-restricted-syntax @EventsHandler is never called
const EventsHandler =
  (..._events: object[]): ClassDecorator =>
  () =>
    undefined;
@EventsHandler(Date)
export class Unheard {}
