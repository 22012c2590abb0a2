/** A person with a mailbox, at one unit or body of the province. */
export interface Person {
  /** The local part of the address. */
  readonly login: string;
  /** In Vietnamese. */
  readonly name: string;
  /** Slug of a unit of tier 2; exactly one of `unit` and `body` is there. */
  readonly unit?: string;
  /** Slug of a provincial body. */
  readonly body?: string;
  readonly quotaMiB?: number;
  /** crypt(3) SHA-512, `$6$…`. Without one the mailbox takes mail and nobody can log in. */
  readonly passwordHash?: string;
}

/** An address that stands for several people. */
export interface MailGroup {
  readonly login: string;
  readonly name: string;
  /** Logins of people. */
  readonly members: readonly string[];
}

export interface People {
  readonly people: readonly Person[];
  readonly groups: readonly MailGroup[];
}

export interface Mail {
  /** The part after the @: the province's own zone. */
  readonly domain: string;
  readonly messageSizeMiB: number;
  readonly defaultQuotaMiB: number;
  /** Login of the person who gets what is sent to postmaster, hostmaster and abuse (RFC 2142). */
  readonly postmaster: string;
  /** A foreign domain to exchange mail with in a twin; its host has the role foreign-mail. */
  readonly foreignDomain: string;
}
