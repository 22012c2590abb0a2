/** Do both DNS servers answer every office, over both families, with the addresses that the inventory implies? */
import { mapLimited, type Vantage } from "./vantage.ts";

/** One question and the one answer that is right. */
export interface NameQuestion {
  /** Address of the server asked. */
  readonly server: string;
  /** A name with its final dot; for a PTR the address itself. */
  readonly name: string;
  readonly type: "A" | "AAAA" | "PTR";
  /** As dig +short prints it: an address in RFC 5952 form, or a name with its final dot. */
  readonly answer: string;
}

export interface NameMiss {
  readonly from: string;
  readonly server: string;
  readonly name: string;
  readonly type: string;
  readonly expected: string;
  readonly got: string;
}

export interface NamesReport {
  readonly answered: number;
  readonly total: number;
  readonly misses: readonly NameMiss[];
}

const PARALLEL = 8;

/** Asks each office its questions, in one run of dig an office. */
export async function probeNames(vantages: readonly Vantage[], questionsOf: (site: string) => readonly NameQuestion[]): Promise<NamesReport> {
  const reports = await mapLimited(vantages, PARALLEL, async (vantage) => {
    const questions = questionsOf(vantage.site);
    const answers = await ask(vantage, questions);
    const misses = questions.flatMap((q, i): NameMiss[] => {
      const got = answers[i] as string;
      return got === q.answer ? [] : [{ from: vantage.site, server: q.server, name: q.name, type: q.type, expected: q.answer, got }];
    });
    return { total: questions.length, misses };
  });
  const total = reports.reduce((sum, r) => sum + r.total, 0);
  const misses = reports.flatMap((r) => r.misses);
  return { answered: total - misses.length, total, misses };
}

/** `10.40.0.3 from server 10.43.1.11 in 0 ms.` */
const IDENTIFIED = /^(\S+) from server (\S+) in /;

/** What each question got: the right answer where its server gave it, otherwise whatever unexpected its server said. */
async function ask(vantage: Vantage, questions: readonly NameQuestion[]): Promise<string[]> {
  // The server stands behind its question: in front it would belong to the question before.
  const argv = questions.flatMap((q) => [...(q.type === "PTR" ? ["-x", q.name] : [q.name, q.type]), `@${q.server}`, "+short", "+identify", "+time=1", "+tries=2"]);
  const { stdout } = await vantage.run(["dig", ...argv]);
  const said = stdout.split("\n").flatMap((line) => {
    const match = IDENTIFIED.exec(line);
    return match === null ? [] : [{ answer: match[1] as string, server: match[2] as string }];
  });
  const expected = new Set(questions.map((q) => `${q.server} ${q.answer}`));
  return questions.map((q) => {
    if (said.some((s) => s.server === q.server && s.answer === q.answer)) return q.answer;
    return said.find((s) => s.server === q.server && !expected.has(`${s.server} ${s.answer}`))?.answer ?? "no answer";
  });
}
