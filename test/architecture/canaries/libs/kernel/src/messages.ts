export abstract class Message {
  constructor(readonly body: object) {}
}
