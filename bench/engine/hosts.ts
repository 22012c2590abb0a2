/**
 * Files on many hosts, kept as they should be: by us, by Ansible and by pyinfra, on the same hosts in the same run. Ours looks
 * at every host, too (`refresh`), as the others do; what the state alone says is shown beside it.
 */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type EngineOptions, up } from "../../infra/engine/index.ts";
import type { Connection } from "../../infra/host/inputs.ts";
import { connectionOf } from "../../infra/reach.ts";
import { twinUp } from "../../infra/twin/index.ts";
import { Failure } from "../../inventory/failure.ts";
import { bootedHosts, loadProvince } from "../../inventory/index.ts";
import { imagePackages } from "../../scripts/lib/packages.ts";
import { projectDirectory } from "../../scripts/lib/paths.ts";
import { Workbench } from "../../scripts/lib/workbench.ts";
import type { Figure } from "../figure.ts";

const HOSTS = 50;
const FILES = 10;
/** Hosts worked on at the same time, by each. */
const PARALLEL = 16;
const ANSIBLE = "ansible-core==2.19.0";
const PYINFRA = "pyinfra==3.10.0";
const FOLDER = "/etc/egov-bench";

const run = promisify(execFile);

interface Target {
  readonly name: string;
  readonly connection: Connection;
}

/** One way to keep files on hosts. `apply` brings them to a version of their content and resolves to the seconds it took. */
interface Contender {
  readonly name: string;
  readonly apply: (contents: readonly string[]) => Promise<number>;
}

/** Runs the comparison; takes some minutes and asks PyPI for the two peers. */
export async function benchHosts(inventory: string, say: (line: string) => void): Promise<Figure[]> {
  await using bench = await Workbench.open({ inventory, slug: "bench", managementPrefix: "198.19.0.0/22" });
  const { province } = loadProvince(bench.directory);
  const environment = province.environments.get("twin")!;
  const hosts = bootedHosts(province, environment).slice(0, HOSTS);
  if (hosts.length < HOSTS) throw new Failure(`the province has ${hosts.length} hosts, not ${HOSTS}`, { advice: "Bench with inventory/nghe-an." });
  say(`booting a twin for ${HOSTS} bare hosts`);
  await twinUp(province, environment.name, { packages: imagePackages(province), communes: "pilot" });
  const targets = hosts.map((host) => ({ name: host.name, connection: connectionOf(province, environment, host) }));

  const directory = await realpath(await mkdtemp(join(tmpdir(), "egov-bench-hosts-")));
  try {
    say("installing Ansible and pyinfra");
    await run("python3", ["-m", "venv", join(directory, "venv")]);
    await run(join(directory, "venv/bin/pip"), ["install", "--quiet", ANSIBLE, PYINFRA]);
    const ours = await withEngine(join(directory, "egov"), targets);
    const peers = [await withAnsible(join(directory, "ansible"), join(directory, "venv"), targets), await withPyinfra(join(directory, "pyinfra"), join(directory, "venv"), targets)];
    return await compare(ours, peers, [10, 5], say);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function compare(ours: { readonly looking: Contender; readonly byState: Contender }, peers: readonly Contender[], factors: readonly number[], say: (line: string) => void): Promise<Figure[]> {
  const contents = Array.from({ length: FILES }, (_, index) => `file ${index}, first version\n`.repeat(20));
  const changed = contents.with(0, "file 0, another version\n".repeat(20));
  const figures: Figure[] = [];
  const all = [ours.looking, ...peers];
  const measured: { name: string; idle: number; change: number }[] = [];
  for (const { name, apply } of all) {
    say(`${name}: first run, nothing to do, one file changed`);
    await apply(contents);
    const idle = await apply(contents);
    const change = await apply(changed);
    measured.push({ name, idle, change });
    say(`${name}: ${idle.toFixed(1)} s with nothing to do, ${change.toFixed(1)} s for one file`);
  }
  const byState = await ours.byState.apply(changed);
  const mine = measured[0]!;
  for (const [index, peer] of measured.slice(1).entries()) {
    const factor = factors[index]!;
    for (const [what, key] of [["nothing to do", "idle"], ["one file changed", "change"]] as const) {
      figures.push({
        name: `${HOSTS} hosts × ${FILES} files, ${what}`, measured: `${mine[key].toFixed(1)} s`, bound: `≤ ${peer[key].toFixed(1)} s / ${factor} (${peer.name})`,
        kept: mine[key] * factor <= peer[key], note: `${(peer[key] / mine[key]).toFixed(1)} × faster; every host is looked at`,
      });
    }
  }
  figures.push({ name: "the same without looking at the hosts", measured: `${byState.toFixed(1)} s`, bound: "for comparison", kept: true, note: "up as it usually runs: the state says what the hosts have" });
  return figures;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

async function withEngine(directory: string, targets: readonly Target[]): Promise<{ looking: Contender; byState: Contender }> {
  await mkdir(join(directory, "program"), { recursive: true });
  await symlink(join(projectDirectory, "node_modules"), join(directory, "node_modules"));
  await writeFile(join(directory, "package.json"), JSON.stringify({ name: "files", type: "module" }));
  await writeFile(join(directory, "Pulumi.yaml"), `name: files\nruntime: {name: nodejs, options: {typescript: false}}\nmain: program/\nplugins: {providers: [{name: host, path: ${join(projectDirectory, "infra/host")}}]}\n`);
  await writeFile(join(directory, "targets.json"), JSON.stringify(targets));
  await writeFile(join(directory, "program", "index.ts"), `
import { readFileSync } from "node:fs";
import { Configuration } from ${JSON.stringify(join(projectDirectory, "infra/host/configuration.ts"))};
const contents = JSON.parse(readFileSync(${JSON.stringify(join(directory, "contents.json"))}, "utf8"));
for (const { name, connection } of JSON.parse(readFileSync(${JSON.stringify(join(directory, "targets.json"))}, "utf8"))) {
  new Configuration(name, { host: name, role: "bench", connection, files: Object.fromEntries(contents.map((content, index) => [\`${FOLDER}/egov-\${index}\`, { content }])) });
}
`);
  const options: EngineOptions = { projectDirectory: directory, stack: "files", stateDirectory: directory, settingsDirectory: directory, passphrase: "bench", parallel: PARALLEL };
  const apply = (refresh: boolean) => async (contents: readonly string[]): Promise<number> => {
    await writeFile(join(directory, "contents.json"), JSON.stringify(contents));
    return await timed(async () => {
      const result = await up({ ...options, refresh });
      if (!result.succeeded) throw new Error(JSON.stringify([...result.errors, ...result.failed]));
    });
  };
  return { looking: { name: "egov", apply: apply(true) }, byState: { name: "egov, by its state", apply: apply(false) } };
}

async function withAnsible(directory: string, venv: string, targets: readonly Target[]): Promise<Contender> {
  await mkdir(directory, { recursive: true });
  const lines = targets.map(({ name, connection: c }) =>
    `${name} ansible_host=${c.address} ansible_port=${c.port} ansible_user=${c.user} ansible_ssh_private_key_file=${c.identityFile} ansible_ssh_common_args='-o UserKnownHostsFile=${c.knownHostsFile}'`);
  await writeFile(join(directory, "inventory.ini"), `[all]\n${lines.join("\n")}\n`);
  // As its manual advises for speed: pipelining, no facts, kept connections.
  await writeFile(join(directory, "ansible.cfg"), `[defaults]\nforks = ${PARALLEL}\ngathering = explicit\ninterpreter_python = /usr/bin/python3\n[ssh_connection]\npipelining = True\n`);
  return {
    name: "Ansible",
    apply: async (contents) => {
      await writeFile(join(directory, "playbook.yml"), JSON.stringify([{
        hosts: "all", gather_facts: false,
        tasks: [
          { file: { path: FOLDER, state: "directory" } },
          { copy: { dest: `${FOLDER}/ansible-{{ item.number }}`, content: "{{ item.content }}" }, loop: contents.map((content, number) => ({ number, content })), loop_control: { label: "{{ item.number }}" } },
        ],
      }]));
      return await timed(() => run(join(venv, "bin/ansible-playbook"), ["-i", "inventory.ini", "playbook.yml"], { cwd: directory, env: { ...process.env, ANSIBLE_CONFIG: join(directory, "ansible.cfg") }, maxBuffer: 2 ** 26 }));
    },
  };
}

async function withPyinfra(directory: string, venv: string, targets: readonly Target[]): Promise<Contender> {
  await mkdir(join(directory, "files"), { recursive: true });
  const hosts = targets.map(({ connection: c }) => [c.address, {
    ssh_port: c.port, ssh_user: c.user, ssh_key: c.identityFile, ssh_known_hosts_file: c.knownHostsFile, ssh_strict_host_key_checking: "yes",
  }]);
  await writeFile(join(directory, "inventory.py"), `hosts = [tuple(host) for host in ${JSON.stringify(hosts)}]\n`);
  await writeFile(join(directory, "deploy.py"), `from pyinfra.operations import files\nfiles.directory(path="${FOLDER}")\nfor number in range(${FILES}):\n    files.put(src=f"files/{number}", dest=f"${FOLDER}/pyinfra-{number}")\n`);
  return {
    name: "pyinfra",
    apply: async (contents) => {
      for (const [number, content] of contents.entries()) await writeFile(join(directory, "files", String(number)), content);
      return await timed(() => run(join(venv, "bin/pyinfra"), ["-y", "--parallel", String(PARALLEL), "inventory.py", "deploy.py"], { cwd: directory, maxBuffer: 2 ** 26 }));
    },
  };
}
