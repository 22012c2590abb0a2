/** Who is in which room: what participants are told of each other. */
import type { Participant } from "./protocol.ts";

/** What a room needs of a connected participant. */
export interface Member {
  readonly state: Participant;
  /** Tells the page who is there. */
  show(participants: readonly Participant[]): void;
}

export class Rooms {
  readonly #members = new Map<string, Map<string, Member>>();

  enter(room: string, member: Member): void {
    const members = this.#members.get(room) ?? new Map<string, Member>();
    this.#members.set(room, members.set(member.state.id, member));
    this.changed(room);
  }

  /** Only if it is this one that is there: a person who came back has another. */
  leave(room: string, member: Member): void {
    const members = this.#members.get(room);
    if (members?.get(member.state.id) !== member) return;
    members.delete(member.state.id);
    if (members.size === 0) this.#members.delete(room);
    else this.changed(room);
  }

  find<M extends Member>(room: string, id: string): M | undefined {
    return this.#members.get(room)?.get(id) as M | undefined;
  }

  /** Tells everybody in the room who is there now. */
  changed(room: string): void {
    const members = [...(this.#members.get(room)?.values() ?? [])];
    const participants = members.map((member) => member.state);
    for (const member of members) member.show(participants);
  }
}
