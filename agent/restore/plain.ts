import { createWriteStream } from "node:fs";
import { readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { AgentFailure } from "../failure.js";
import type { Manifest, ManifestPart } from "../manifest.js";
import { movePart, plainStages, type PlainStages } from "../part-reader.js";
import type { Outcome } from "../result.js";
import type { StoredBackup } from "../stored-backup.js";
import { isLeftover, unfinishedName } from "../stores/leftover.js";
import { identityFailure } from "./identity-failure.js";

/** Writes one decrypted part to a new file that only its owner can read, or to stdout. */
export async function writePlain(
  copy: StoredBackup,
  identities: readonly string[],
  output: string,
  wanted: string | boolean | undefined,
): Promise<Outcome> {
  const { manifest, store } = copy;
  if (manifest === undefined) throw new Error("a backup without manifest was chosen");
  const part = choosePart(manifest, wanted);
  const stages = (): Promise<PlainStages> => plainStages(store, manifest, part, identities);
  if (output === "-") {
    await movePart(await stages(), process.stdout, false).catch(identityFailure);
  } else {
    await writeFile(stages, output);
  }
  const where = output === "-" ? "stdout" : output;
  return { exitCode: 0, message: `${part.name} of ${copy.id}, ${part.plainBytes} bytes, to ${where}` };
}

function choosePart({ parts }: Manifest, wanted: string | boolean | undefined): ManifestPart {
  const part = wanted === undefined ? parts.at(-1) : parts.find(({ name }) => name === wanted);
  if (part !== undefined) return part;
  const names = parts.map(({ name }) => name).join(", ");
  throw new AgentFailure(2, `--part must be one of ${names}, got ${JSON.stringify(wanted)}; write one of them`);
}

async function writeFile(stages: () => Promise<PlainStages>, output: string): Promise<void> {
  const taken = await stat(output).then(
    () => true,
    () => false,
  );
  if (taken) throw new AgentFailure(2, `--output must name a new file, got ${output}, which exists; choose another`);
  await clearLeftovers(output);
  const unfinished = unfinishedName(output);
  try {
    const opened = await stages();
    const file = createWriteStream(unfinished, { mode: 0o600, flags: "wx", flush: true });
    await movePart(opened, file).catch(identityFailure);
    await rename(unfinished, output);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

/** A run that was killed left what it had written; it may fill the disk that this one needs. */
async function clearLeftovers(output: string): Promise<void> {
  const folder = dirname(output);
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(`${basename(output)}.part-`))) {
    const path = join(folder, name);
    const status = await stat(path).catch(() => undefined);
    if (status !== undefined && isLeftover(path, status.mtime, new Date())) await rm(path, { force: true });
  }
}
