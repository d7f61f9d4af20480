import type { PgBackRestSource } from "../../components/model/agent-config.js";
import { noteServer } from "../abandoned-scratch.js";
import { Child, run } from "../child.js";
import { hideSecret } from "../console.js";
import { AgentFailure, reasonOf } from "../failure.js";
import type { Scratch } from "../scratch.js";
import { shellWord } from "../shell-word.js";

/** Repositories of this web identity are opened with it. */
const passedVariables = ["AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"];
const secretVariables = /_(PASS|KEY|SECRET|TOKEN)$/;

/** Exit codes of pgBackRest that say that what the repository holds is wrong: checksum, form, no file, no set, cipher. */
const wrongContentCodes = [26, 28, 29, 44, 51, 55, 75, 95];
/** Exit codes that say that its configuration is. */
const wrongCallCodes = [27, 30, 31, 32, 37, 96];
/** The same of an error that it tells by name. */
const wrongContentNames = /\[(Checksum|FileInvalid|Format|JsonFormat|FileMissing|Crypto)Error\]/;

/** How pgBackRest ends when the archive has no such file, and how a command ends by which PostgreSQL gives up. */
const notFoundCode = 1;
const fatalCode = 200;

/** A base backup. */
export interface BaseBackup {
  readonly label: string;
  /** From this moment on it can be restored. */
  readonly stop: Date;
  /** Pages whose checksums were wrong when it was made. */
  readonly faulty: boolean;
}

/** What a repository says that it holds. */
export interface RepositoryContents {
  /** Oldest first; at least one. */
  readonly backups: readonly BaseBackup[];
  /** Name of the last file of the log that the newest backup can be followed by. */
  readonly newestWal: string;
  /** Major version of the server. */
  readonly version: number;
}

interface StanzaInfo {
  readonly archive: readonly { readonly database: { readonly id: number }; readonly max: string | null }[];
  readonly backup: readonly {
    readonly label: string;
    readonly error?: boolean | null;
    readonly database: { readonly id: number };
    readonly timestamp: { readonly stop: number };
  }[];
  readonly db: readonly { readonly id: number; readonly version: string }[];
  readonly status: { readonly code: number; readonly message: string };
  readonly repo?: readonly { readonly status: { readonly code: number; readonly message: string } }[];
}

/** One repository of a stanza, which is only read. */
export class PgBackRest {
  /** What pgBackRest must have in its environment: with the passphrases, so that no argument shows them. */
  readonly variables: Readonly<Record<string, string>>;

  constructor(
    private readonly source: PgBackRestSource,
    private readonly repository: number,
    private readonly scratch: Scratch,
  ) {
    const passed = Object.entries(process.env).filter(
      (entry): entry is [string, string] => /^PGBACKREST_/.test(entry[0]) || passedVariables.includes(entry[0]),
    );
    for (const [name, value] of passed) if (secretVariables.test(name)) hideSecret(value);
    this.variables = Object.fromEntries(passed);
  }

  /** Asks the repository what it holds. */
  async contents(): Promise<RepositoryContents> {
    const text = await run("pgbackrest", [...this.common(), "--output=json", "info"], this.variables);
    // It quotes the bytes of a damaged file as they are.
    const [stanza] = JSON.parse(text.replaceAll(/\p{Cc}/gu, " ")) as readonly StanzaInfo[];
    const trouble = stanza?.repo?.map(({ status }) => status).find(({ code }) => code !== 0) ?? stanza?.status;
    if (stanza === undefined || trouble?.code !== 0) {
      const message = trouble?.message.replace(/\s*\n\s*/g, "; ") ?? "there is no stanza";
      // Of what it cannot name it says that it is something else; the name of the error tells what a retry can heal.
      const transient = trouble?.code === 99 && !wrongContentNames.test(message);
      throw new AgentFailure(transient ? 1 : 3, `nothing can be restored: ${message}`);
    }
    const database = stanza.backup.at(-1)?.database.id;
    const backups = stanza.backup.filter((backup) => backup.database.id === database);
    const newestWal = stanza.archive.filter((archive) => archive.database.id === database).at(-1)?.max ?? undefined;
    const version = Number.parseInt(stanza.db.find(({ id }) => id === database)?.version ?? "", 10);
    if (newestWal === undefined) throw new AgentFailure(3, "nothing can be restored: the archive has no log");
    return {
      backups: backups.map(({ label, error, timestamp }) => ({
        label,
        stop: new Date(timestamp.stop * 1000),
        faulty: error === true,
      })),
      newestWal,
      version,
    };
  }

  /** Restores a base backup into an empty folder, with all its tablespaces beside it. */
  async restore({ label }: BaseBackup, data: string): Promise<void> {
    const elsewhere = [`--tablespace-map-all=${this.scratch.path("tablespaces")}`, "--no-link-all", "--reset-link-map"];
    const how = ["--no-delta", "--archive-mode=off", "--type=default", `--set=${label}`];
    const args = [...this.common(), `--pg1-path=${data}`, ...elsewhere, ...how, "restore"];
    const child = new Child("pgbackrest", args, this.variables);
    // It would go on for hours after a run that was killed.
    if (child.pid !== undefined) noteServer(this.scratch.folder, child.pid, "SIGTERM");
    child.stdin.end();
    child.stdout.resume();
    const ending = await child.ended;
    if (ending.code === 0) return;
    throw failureOf(ending.code ?? 0, child.failureMessage(ending));
  }

  /** The command by which a server asks for a file of the log; it can ask for nothing else, and gives nothing. */
  archiveGet(data: string): string {
    const words = ["pgbackrest", ...this.common(), `--pg1-path=${data}`, "--no-archive-async", "archive-get"];
    // A percent sign stands for a name of PostgreSQL's.
    const command = `${words.map((word) => shellWord(word).replaceAll("%", "%%")).join(" ")} %f "%p"`;
    // PostgreSQL takes other failures than these for the end of the log, and would go into service without the rest.
    return `${command} || { code=$?; [ $code -eq ${notFoundCode} ] || exit ${fatalCode}; exit $code; }`;
  }

  private common(): string[] {
    const folders = [`--lock-path=${this.scratch.path("lock")}`];
    const log = ["--log-level-console=off", "--log-level-file=off", "--log-level-stderr=error", "--no-log-timestamp"];
    return [`--stanza=${this.source.stanza}`, `--repo=${String(this.repository)}`, ...folders, ...log];
  }
}

/** What PostgreSQL says when it cannot recover, by what pgBackRest has told it, if it was that. */
export function recoveryFailure(error: unknown): unknown {
  const code = /ERROR: \[(\d{3})\]/.exec(reasonOf(error))?.[1];
  return code === undefined ? error : failureOf(Number(code), reasonOf(error));
}

function failureOf(code: number, message: string): AgentFailure {
  if (wrongCallCodes.includes(code)) return new AgentFailure(2, message);
  // Of a file of the log it tells the reason by name only.
  return wrongContentCodes.includes(code) || wrongContentNames.test(message)
    ? new AgentFailure(3, `it cannot be restored: ${message}`)
    : new AgentFailure(1, message);
}
