import type { Input } from "@pulumi/pulumi";
import type { AssetKind, Issue, Location } from "../model/index.js";
import type { SecretKeyReference } from "../shared/input.js";
import { problem } from "../shared/problem.js";
import type { DataKind } from "./data-access.js";
import { type SecretFile, secretPath } from "./secret-file.js";
import { textIssues } from "./text-rules.js";

/** A program whose output is the backup. */
export interface CommandProgram {
  /**
   * What the data are: a kind of the matrix, or a word of your own such as `"mysql"`, for which `protection` then
   * states everything. The word stands in plans and coverage.
   */
  readonly kind: AssetKind;
  /** Image that holds the program. It needs no shell and no `node`. */
  readonly image: Input<string>;
  /**
   * The program and its arguments, started without a shell. It must end with exit code 0 only when it has printed
   * everything. No place for passwords: every process of the machine sees arguments.
   */
  readonly command: readonly string[];
  /** Extension of the artefact: `"sql"`, `"tar"`. @default "data" */
  readonly extension?: string;
  /** Text that complete output begins with; other output fails the run. @default - any */
  readonly beginsWith?: string;
  /** Environment variables of the program by reference: `{ MYSQL_PWD: { name: "shop-db" } }`; `key` defaults to `"password"`. */
  readonly secretEnvironment?: Readonly<Record<string, SecretKeyReference>>;
  /** TCP ports that the program connects to, opened for egress. @default [] */
  readonly ports?: readonly number[];
  /** What is backed up, so that two schedules on one target can be told: `"mysql://shop-db/shop"`. */
  readonly target?: string;
  /** Where the data is. @default - unknown */
  readonly location?: Location;
}

const id = "command-program";

/** `nobody`, in Debian as in Alpine; `runAsUser` of the component overrides it. */
const anyUser = 65_534;

/**
 * The output of a program as the library's pods see it.
 *
 * @internal
 */
export const commandProgram: DataKind<CommandProgram> = {
  keys: [
    "kind",
    "image",
    "command",
    "extension",
    "beginsWith",
    "secretEnvironment",
    "ports",
    "target",
    "location",
  ] as const satisfies readonly (keyof CommandProgram)[],

  declare: (program, protection) => ({
    kind: program?.kind ?? "",
    mechanisms: [nameOf(program?.command)],
    protection,
    location: program?.location,
    target: program?.target,
  }),

  issues(program, path) {
    const image: unknown = program.image;
    const advice = "give the vendor's, pinned by its digest";
    return [
      ...(image === undefined || image === ""
        ? [problem(id, `${path}.image`, "name an image (Kubernetes)", image, advice)]
        : []),
      ...commandIssues(program.command, `${path}.command`),
      ...Object.keys(program.secretEnvironment ?? {}).flatMap((name) => variableIssues(name, path)),
    ];
  },

  rehearsal: {},
  judged: true,

  access(program) {
    const files = Object.entries(program.secretEnvironment ?? {}).map(([variable, secret], index) => ({
      variable,
      file: { volume: `variable-${String(index)}`, secretName: secret.name, key: secret.key ?? "password" },
    }));
    return {
      source: {
        kind: "command",
        command: program.command,
        extension: program.extension,
        beginsWith: program.beginsWith,
        secretFiles: Object.fromEntries(files.map(({ variable, file }) => [variable, secretPath(file)])),
      },
      secretFiles: files.map(({ file }): SecretFile => file),
      ports: program.ports ?? [],
      toolsImage: program.image,
      user: anyUser,
    };
  },
};

/** The program's name, whatever was given as the command. */
function nameOf(command: unknown): string {
  const program: unknown = Array.isArray(command) ? command[0] : undefined;
  return typeof program === "string" ? program : "command";
}

function commandIssues(command: unknown, path: string): Issue[] {
  const advice = 'write ["mysqldump", "--single-transaction", "shop"]';
  if (!Array.isArray(command) || command.length === 0)
    return [problem(id, path, "be a program and its arguments (execve)", command, advice)];
  const [program, ...rest] = command as unknown[];
  return [
    ...textIssues(id, `${path}[0]`, "be a program (execve)", program, advice),
    ...rest.flatMap((word, index) =>
      typeof word === "string" ? [] : [problem(id, `${path}[${String(index + 1)}]`, "be text (execve)", word, advice)],
    ),
  ];
}

function variableIssues(name: string, path: string): Issue[] {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return [];
  const rule = "have names of environment variables (POSIX)";
  return [problem(id, `${path}.secretEnvironment`, rule, name, "write letters, digits and underscores")];
}
