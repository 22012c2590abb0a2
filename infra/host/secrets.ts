/** `{{secret:NAME}}` in a file's content stands for a value that only the host sees. */
const PLACEHOLDER = /\{\{secret:([^{}]*)\}\}/g;

export type Secrets = Readonly<Record<string, string>>;

/** The names of the secrets that a text asks for, each once. */
export function secretNames(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(PLACEHOLDER), (match) => match[1] ?? ""))];
}

/** The text as the host gets it. Every name must be in `secrets`; validation has seen to that. */
export function reveal(text: string, secrets: Secrets): string {
  return text.replaceAll(PLACEHOLDER, (_, name: string) => {
    const value = secrets[name];
    if (value === undefined) {
      throw new Error(`secret ${name} is not given`);
    }
    return value;
  });
}

/** The text with every secret value, and every long line of one, replaced by its placeholder: for messages. */
export function conceal(text: string, secrets: Secrets): string {
  const parts = Object.entries(secrets).flatMap(([name, value]) => {
    const lines = value.split("\n").filter((line) => line.length >= 8 && line !== value);
    return [value, ...lines].map((part) => ({ name, part }));
  });
  parts.sort((a, b) => b.part.length - a.part.length);
  return parts.reduce((result, { name, part }) => result.replaceAll(part, `{{secret:${name}}}`), text);
}

/**
 * What a host really holds in place of `template`, without secrets. Where somebody changed a secret on the host, its
 * new value is as secret as the old one: the line is recognised by what surrounds it and says that it was changed.
 */
export function withoutSecrets(template: string, actual: string, secrets: Secrets): string {
  if (reveal(template, secrets) === actual) {
    return template;
  }
  const lines = template
    .split("\n")
    .filter((line) => secretNames(line).length > 0)
    .map((line) => ({ line, pattern: lineWithAnySecret(line) }));
  return conceal(actual, secrets)
    .split("\n")
    .map((line) => {
      const changed = lines.find((known) => known.line !== line && known.pattern.test(line));
      return changed === undefined ? line : changed.line.replaceAll(PLACEHOLDER, "{{changed on the host:$1}}");
    })
    .join("\n");
}

function lineWithAnySecret(line: string): RegExp {
  const fixed = line.split(/\{\{secret:[^{}]*\}\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${fixed.join(".*")}$`);
}
