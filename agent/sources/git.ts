import { devNull } from "node:os";
import type { GitSource } from "../../components/model/agent-config.js";
import { run } from "../child.js";
import { AgentFailure } from "../failure.js";
import { Scratch } from "../scratch.js";
import { fileStream } from "./program-stream.js";
import { readSecret } from "./secret-file.js";
import type { OpenSource } from "./source.js";

/** Answers of git and ssh after which no retry helps. */
const finalRefusals = /Authentication failed|Permission denied|could not read Username|Host key verification failed/;

/** Clones every ref into a scratch place and packs them into one bundle, which git has verified. */
export async function openGit(source: GitSource): Promise<OpenSource> {
  const variables = { ...isolated, ...(await credentials(source)) };
  const version = (await run("git", ["--version"], {})).trim();
  const scratch = new Scratch();
  try {
    const mirror = scratch.path("mirror");
    const bundle = scratch.path("bundle");
    const time = new Date();
    await run("git", ["clone", "--quiet", "--mirror", "--", source.url, mirror], variables).catch((error: unknown) => {
      throw refusal(source, error);
    });
    const rowCounts = await countRefs(mirror);
    if (rowCounts["refs"] === 0) {
      throw new AgentFailure(1, `the repository ${source.url} must have a ref (git), got none; push something first`);
    }
    await run("git", ["-C", mirror, "bundle", "create", "--quiet", bundle, "--all"], isolated);
    await run("git", ["-C", mirror, "bundle", "verify", "--quiet", bundle], isolated);
    const omitted = (await usesLargeFiles(mirror)) ? ["Git LFS objects: only their pointers are in the bundle"] : [];
    return {
      time,
      parts: [{ name: "refs", extension: "bundle", beginsWith: "# v", open: () => fileStream(bundle) }],
      facts: () =>
        Promise.resolve({
          source: {
            kind: "git",
            host: source.url,
            database: null,
            clientVersion: version,
            serverVersion: "unknown",
            omitted,
          },
          rowCounts,
        }),
      close: () => {
        scratch.remove();
      },
    };
  } catch (error) {
    scratch.remove();
    throw error;
  }
}

/** Nothing may come from files of the machine, no program may ask, and remote helpers other than these never run. */
export const isolated: Readonly<Record<string, string>> = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: devNull,
  GIT_TERMINAL_PROMPT: "0",
  GIT_ALLOW_PROTOCOL: "https:http:ssh:file",
};

/** Refs of a repository, and commits that they reach. */
export async function countRefs(repository: string): Promise<Record<string, number>> {
  const refs = await run("git", ["-C", repository, "for-each-ref", "--format=x"], isolated);
  const count = refs.split("\n").filter((line) => line !== "").length;
  if (count === 0) return { refs: 0, commits: 0 };
  const commits = await run("git", ["-C", repository, "rev-list", "--all", "--count"], isolated);
  return { refs: count, commits: Number(commits) };
}

/** A file of any ref's newest commit that names the filter tells that large files lie elsewhere. */
async function usesLargeFiles(mirror: string): Promise<boolean> {
  const tips = await run(
    "git",
    ["-C", mirror, "for-each-ref", "--format=%(objectname)", "refs/heads", "refs/tags"],
    isolated,
  );
  for (const tip of new Set(tips.split("\n").filter((line) => line !== ""))) {
    const grep = ["-C", mirror, "grep", "--quiet", "-e", "filter=lfs", tip, "--", ".gitattributes", "*/.gitattributes"];
    const found = await run("git", grep, isolated).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}

/** Passwords reach git over a helper that reads their file, keys as files: neither stands in an argument. */
async function credentials(source: GitSource): Promise<Record<string, string>> {
  const settings: [string, string][] = [["transfer.fsckObjects", "true"]];
  const variables: Record<string, string> = {};
  if (source.passwordFile !== undefined) {
    // Only to hide it and to refuse an empty file; git reads the file itself.
    await readSecret("source.passwordFile", source.passwordFile);
    variables["BACKUP_TIERS_GIT_USER"] = source.user ?? "git";
    variables["BACKUP_TIERS_GIT_PASSWORD_FILE"] = source.passwordFile;
    settings.push(["credential.helper", ""], ["credential.helper", passwordHelper]);
  }
  if (source.caFile !== undefined) settings.push(["http.sslCAInfo", source.caFile]);
  if (source.sshKeyFile !== undefined) variables["GIT_SSH_COMMAND"] = sshCommand(source.sshKeyFile, source);
  variables["GIT_CONFIG_COUNT"] = String(settings.length);
  settings.forEach(([key, value], index) => {
    variables[`GIT_CONFIG_KEY_${String(index)}`] = key;
    variables[`GIT_CONFIG_VALUE_${String(index)}`] = value;
  });
  return variables;
}

const passwordHelper =
  '!f() { test "$1" = get || exit 0; printf "username=%s\\npassword=" "$BACKUP_TIERS_GIT_USER"; head -n 1 "$BACKUP_TIERS_GIT_PASSWORD_FILE"; echo; }; f';

function sshCommand(keyFile: string, { knownHostsFile }: GitSource): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const known = knownHostsFile === undefined ? "" : ` -o UserKnownHostsFile=${quoted(`"${knownHostsFile}"`)}`;
  const fixed = "-o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=yes";
  return `ssh -F none -i ${quoted(keyFile)} ${fixed}${known}`;
}

function refusal(source: GitSource, error: unknown): unknown {
  if (!(error instanceof AgentFailure) || !finalRefusals.test(error.message)) return error;
  return new AgentFailure(2, `source must let the agent in at ${source.url} (git), got: ${error.message}`);
}
