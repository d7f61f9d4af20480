import { writeFileSync } from "node:fs";
import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";
import type { GitSource } from "../../components/model/agent-config.js";
import { run } from "../child.js";
import { proxyOf, proxyVariables } from "../proxy.js";
import type { Scratch } from "../scratch.js";
import { shellWord } from "../shell-word.js";
import { readSecret } from "./secret-file.js";

/** Seconds for the connection and its handshake, and between questions to a server from which nothing comes. */
const sshConnectSeconds = 60;
const sshAliveSeconds = 60;

const passwordHelper =
  '!f() { test "$1" = get || exit 0; printf "username=%s\\npassword=" "$BACKUP_TIERS_GIT_USER"; head -n 1 "$BACKUP_TIERS_GIT_PASSWORD_FILE"; echo; }; f';

/** Nothing may come from files of the machine, no program may ask, and remote helpers other than these never run. */
export function isolatedGit(configFile: string): Readonly<Record<string, string>> {
  return {
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: configFile,
    GIT_TERMINAL_PROMPT: "0",
    GIT_ALLOW_PROTOCOL: "https:http:ssh:file",
  };
}

/** Variables with which git may read the repository. Secrets are read from their files: none stands in an argument. */
export async function accessTo(source: GitSource, scratch: Scratch): Promise<Readonly<Record<string, string>>> {
  const configFile = scratch.path("gitconfig");
  writeFileSync(configFile, "");
  const settings: [string, string][] = localPaths(source.url).map((path) => ["safe.directory", path]);
  const secrets: Record<string, string> = {};
  if (source.passwordFile !== undefined) {
    // Only to hide it and to refuse an empty file; git's helper reads the file itself.
    await readSecret("source.passwordFile", source.passwordFile);
    secrets["BACKUP_TIERS_GIT_USER"] = source.user ?? "git";
    secrets["BACKUP_TIERS_GIT_PASSWORD_FILE"] = source.passwordFile;
    settings.push(["credential.helper", passwordHelper]);
  }
  if (source.caFile !== undefined) settings.push(["http.sslCAInfo", source.caFile]);
  // A file, because git takes nothing else for the repository's other side, which it starts itself.
  for (const [key, value] of settings) await run("git", ["config", "--file", configFile, "--add", key, value], {});
  const proxy = /^https?:\/\//.test(source.url) && proxyOf(new URL(source.url)) !== undefined ? proxyVariables() : {};
  return { ...isolatedGit(configFile), ...secrets, ...proxy, GIT_SSH_COMMAND: sshCommand(source) };
}

/** The agent may read what another user owns: a repository's own settings run nothing when it is only read. */
function localPaths(url: string): string[] {
  const path = isAbsolute(url) ? url : url.startsWith("file://") ? fileURLToPath(url) : undefined;
  return path === undefined ? [] : [path, `${path.replace(/\/+$/, "")}/.git`];
}

function sshCommand({ sshKeyFile, knownHostsFile }: GitSource): string {
  const key = sshKeyFile === undefined ? "" : ` -o IdentitiesOnly=yes -i ${shellWord(sshKeyFile)}`;
  // Nothing beside it: the machine's own list may know more hosts than the repository's.
  const pinned = (file: string): string =>
    ` -o GlobalKnownHostsFile=/dev/null -o UserKnownHostsFile=${shellWord(`"${file}"`)}`;
  const known = knownHostsFile === undefined ? "" : pinned(knownHostsFile);
  const patience = `-o ConnectTimeout=${sshConnectSeconds} -o ServerAliveInterval=${sshAliveSeconds}`;
  return `ssh -F none -o BatchMode=yes -o StrictHostKeyChecking=yes ${patience}${key}${known}`;
}
