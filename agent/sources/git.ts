import { readdir, stat } from "node:fs/promises";
import { devNull } from "node:os";
import { join } from "node:path";
import type { GitSource } from "../../components/model/agent-config.js";
import { run } from "../child.js";
import { AgentFailure } from "../failure.js";
import { Scratch } from "../scratch.js";
import { accessTo, isolatedGit } from "./git-access.js";
import { defaultIdleSeconds } from "./idle.js";
import { fileStream } from "./program-stream.js";
import type { OpenSource } from "./source.js";

/** Answers of git and ssh after which no retry helps. */
const finalRefusals =
  /Authentication failed|Permission denied|could not read Username|Host key verification failed|repository '.*' (not found|does not exist)|does not appear to be a git repository/;

/** What git says, by either of its two TLS libraries, of a server that the authorities do not vouch for. */
const badCertificates =
  /certificate verification failed|SSL certificate problem|error setting certificate|Problem with the SSL CA cert|certificate subject name/;

const largeFilesOmitted = "Git LFS objects: only their pointers are in the bundle";

/** Variables for what happens in our own repositories. */
const isolated = isolatedGit(devNull);

/** Clones every ref into a scratch place and packs them into one bundle, which git has verified. */
export async function openGit(source: GitSource): Promise<OpenSource> {
  const version = (await run("git", ["--version"], {})).trim();
  const scratch = await Scratch.make();
  try {
    const mirror = scratch.path("mirror");
    const bundle = scratch.path("bundle");
    const variables = await accessTo(source, scratch);
    const time = new Date();
    const seconds = source.idleTimeoutSeconds ?? defaultIdleSeconds;
    const patience = { seconds, host: source.url, sign: () => bytesIn(mirror) };
    const clone = ["clone", "--quiet", "--mirror", "--", source.url, mirror];
    await run("git", clone, variables, patience).catch((error: unknown) => {
      throw refusal(source, error);
    });
    await refuseShallow(source, mirror);
    const rowCounts = await countRefs(mirror);
    if (rowCounts["refs"] === 0) {
      throw new AgentFailure(1, `the repository ${source.url} must have a ref (git), got none; push something first`);
    }
    await git(mirror, "bundle", "create", "--quiet", bundle, "--all");
    await git(mirror, "bundle", "verify", "--quiet", bundle);
    const omitted = (await usesLargeFiles(mirror)) ? [largeFilesOmitted] : [];
    const facts = { kind: "git", host: source.url, database: null, clientVersion: version, serverVersion: "unknown" };
    return {
      time,
      parts: [{ name: "refs", extension: "bundle", beginsWith: "# v", open: () => fileStream(bundle) }],
      facts: () => Promise.resolve({ source: { ...facts, omitted }, rowCounts }),
      close: () => {
        scratch.remove();
      },
    };
  } catch (error) {
    scratch.remove();
    throw error;
  }
}

/** Runs git in one of the agent's own repositories. */
export function git(repository: string, ...args: readonly string[]): Promise<string> {
  return run("git", ["-C", repository, ...args], isolated);
}

/** Refs of a repository, and commits that they reach. */
export async function countRefs(repository: string): Promise<Record<string, number>> {
  const refs = await git(repository, "for-each-ref", "--format=x");
  const count = refs.split("\n").filter((line) => line !== "").length;
  if (count === 0) return { refs: 0, commits: 0 };
  return { refs: count, commits: Number(await git(repository, "rev-list", "--all", "--count")) };
}

/** A bundle of a shallow clone verifies where it was made, and can be cloned nowhere. */
async function refuseShallow({ url }: GitSource, mirror: string): Promise<void> {
  if ((await git(mirror, "rev-parse", "--is-shallow-repository")).trim() === "false") return;
  const advice = "run git fetch --unshallow there, or name the repository that it was cloned from";
  throw new AgentFailure(2, `source.url must be a repository with its whole history (git), got ${url}; ${advice}`);
}

/** Grows while a clone is on its way. */
async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries.map((entry) => stat(join(entry.parentPath, entry.name)).then(({ size }) => size));
  return (await Promise.allSettled(sizes)).reduce(
    (sum, each) => sum + (each.status === "fulfilled" ? each.value : 0),
    0,
  );
}

/** A commit that names the filter tells that large files lie elsewhere. */
async function usesLargeFiles(mirror: string): Promise<boolean> {
  const files = [":(top,glob)**/.gitattributes"];
  const commit = await git(mirror, "log", "--all", "--max-count=1", "--format=%H", "-Gfilter=lfs", "--", ...files);
  return commit.trim() !== "";
}

function refusal(source: GitSource, error: unknown): unknown {
  if (!(error instanceof AgentFailure)) return error;
  const refused = `source must let the agent in at ${source.url} (git), got: ${error.message}`;
  if (badCertificates.test(error.message)) return new AgentFailure(2, `${refused}; check source.caFile`);
  return finalRefusals.test(error.message) ? new AgentFailure(2, refused) : error;
}
