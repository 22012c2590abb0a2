/** What is wrong in an inventory, in words for whoever has to put it right. */
import { Failure } from "./failure.ts";
import type { Source } from "./source.ts";

/** One finding: what is wrong at which place, and what would be right. `line` and `column` count from 1. */
export interface Problem extends Source {
  readonly message: string;
  readonly remedy: string;
}

/** `file:line: what is wrong; what would be right`, as compilers write it, so that editors can jump there. */
export function formatProblem(problem: Problem): string {
  return `${problem.file}:${problem.line}: ${problem.message}; ${problem.remedy}`;
}

/** Collects the problems of one run. */
export class Report {
  readonly #problems: Problem[] = [];

  add(at: Source, message: string, remedy: string): void {
    this.#problems.push({ file: at.file, line: at.line, column: at.column, message, remedy });
  }

  /** In the order of files, lines and columns, each once. */
  problems(): Problem[] {
    const compare = (a: Problem, b: Problem): number =>
      compareText(a.file, b.file) || a.line - b.line || a.column - b.column || compareText(a.message, b.message);
    return this.#problems
      .toSorted(compare)
      .filter((problem, i, all) => i === 0 || formatProblem(problem) !== formatProblem(all[i - 1]!));
  }
}

/** The inventory cannot be used. The message is one line a problem, all of them. */
export class InventoryErrors extends Failure {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join("\n"));
    this.name = "InventoryErrors";
    this.problems = problems;
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
