import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { hostname } from "node:os";
import { createInterface } from "node:readline";
import type { FilesSource } from "../../components/model/agent-config.js";
import { Child, run } from "../child.js";
import { AgentFailure, reasonOf } from "../failure.js";
import { Scratch } from "../scratch.js";
import { programStream } from "./program-stream.js";
import type { OpenSource } from "./source.js";

/** GNU tar's exit code for files that changed or went away while it read them. */
const changedCode = 1;

/** What an entry is, by the first letter of its line in a listing; anything else is a device, a socket or a pipe. */
const letters: Readonly<Record<string, string>> = { "-": "files", h: "files", d: "folders", l: "links" };

/** Packs a folder with owners, modes, links, holes and attributes; counts what went in. */
export async function openFiles(source: FilesSource): Promise<OpenSource> {
  const found = await stat(source.path).catch((error: unknown) => reasonOf(error));
  if (typeof found === "string" || !found.isDirectory()) {
    const got = typeof found === "string" ? found : "something else";
    throw new AgentFailure(2, `source.path must be a folder (the agent), got ${got}; check the mount`);
  }
  const version = (await run("tar", ["--version"], {})).split("\n")[0] ?? "";
  if (!version.includes("GNU tar")) {
    throw new AgentFailure(2, `tar must be GNU tar (the agent), got ${version}; use an image that has it`);
  }
  const scratch = await Scratch.make();
  const index = scratch.path("index");
  const omitted: string[] = [];
  const judge = async (child: Child): Promise<void> => {
    const ending = await child.ended;
    const taken = ending.code === changedCode && source.allowChanges === true;
    if (!taken) await child.succeeded();
    // Sockets, and with `allowChanges` what changed: tar says which.
    omitted.push(...child.complaints.split("\n").filter((line) => line !== ""));
  };
  return {
    time: new Date(),
    parts: [
      {
        name: "files",
        extension: "tar",
        beginsWith: "./",
        open: () => programStream(new Child("tar", tarArguments(source, index), {}), judge),
      },
    ],
    facts: async () => ({
      source: {
        kind: "files",
        host: hostname(),
        database: source.path,
        clientVersion: version,
        serverVersion: version,
        omitted,
      },
      rowCounts: await countEntries(index),
    }),
    close: () => {
      scratch.remove();
    },
  };
}

function tarArguments(source: FilesSource, index: string): string[] {
  return [
    "--create",
    "--file=-",
    "--format=posix",
    "--numeric-owner",
    "--sparse",
    "--acls",
    "--xattrs",
    // One line an entry, whatever its name is.
    "--verbose",
    "--verbose",
    "--quoting-style=escape",
    `--index-file=${index}`,
    ...(source.exclude ?? []).map((pattern) => `--exclude=${pattern}`),
    `--directory=${source.path}`,
    ".",
  ];
}

async function countEntries(index: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = { files: 0, folders: 0, links: 0, others: 0 };
  for await (const line of createInterface({ input: createReadStream(index) })) {
    const kind = letters[line.slice(0, 1)] ?? "others";
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
