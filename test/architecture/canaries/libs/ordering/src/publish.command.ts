// breaks: no-restricted-syntax Publish through Announcements: it writes, Publish through Announcements
interface Bus {
  publish(what: unknown): unknown;
}
export class Shout {
  constructor(private readonly eventBus: Bus) {}
  aloud(eventBus: Bus): void {
    eventBus.publish('nobody awaits this');
    this.eventBus.publish('nor this');
  }
}
