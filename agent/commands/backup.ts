import type { AgentConfig } from "../../components/model/agent-config.js";
import { classOf, type RetentionClass } from "../../components/model/retention.js";
import { newBackupId } from "../backup-id.js";
import { listAsset, type ListedBackup } from "../catalogue.js";
import { bestCompression, compressionExtension } from "../compression.js";
import { megabytes, say } from "../console.js";
import { signMessage, type SigningKey } from "../crypto/minisign.js";
import { AgentFailure, configurationFailure, reasonOf } from "../failure.js";
import { Destination, FanOut } from "../fan-out.js";
import { interruption } from "../interruption.js";
import { manifestBytes, manifestHash, type Manifest, type ManifestPart, type PreviousManifest } from "../manifest.js";
import { assetFolder, manifestExtension, objectKey, signatureExtension } from "../object-name.js";
import { retentionOf } from "../object-retention.js";
import { writePart } from "../pipeline.js";
import type { Outcome } from "../result.js";
import type { RunContext } from "../run-context.js";
import { signerFor } from "../signing-key.js";
import { openSource } from "../sources/open-source.js";
import type { OpenSource } from "../sources/source.js";
import { putObject, type ObjectRetention, type Store } from "../stores/store.js";
import { agentVersion } from "../version.js";

/** What is decided before the first byte is read. */
interface Attempt {
  readonly id: string;
  readonly class: RetentionClass;
  readonly retention: ObjectRetention;
  readonly previous: PreviousManifest | null;
}

type FoundBackup = ListedBackup & { readonly store: Store };

interface PendingPart {
  readonly manifestPart: ManifestPart;
  readonly sink: FanOut;
}

/** Takes a backup into every store; it exists when its manifest is written, and not before. */
export async function backup({ config, stores }: RunContext): Promise<Outcome> {
  const signer = readSigner(config);
  const source = await openSource(config);
  try {
    return await backupFrom(config, stores, source, signer);
  } finally {
    source.close();
  }
}

async function backupFrom(
  config: AgentConfig,
  stores: readonly Store[],
  source: OpenSource,
  signer: SigningKey | undefined,
): Promise<Outcome> {
  const attempt = await planAttempt(config, stores, source.time);
  await cleanLeftovers(config, stores);
  const destinations = stores.map((store) => new Destination(store));
  const pending: PendingPart[] = [];
  try {
    await writeParts(config, source, attempt, destinations, pending);
    const facts = await source.facts();
    // The last moment to turn back: from here on the run ends what it began.
    interruption.throwIfAborted();
    for (const { sink } of pending) await sink.commit();
    const parts = pending.map(({ manifestPart }) => manifestPart);
    await writeManifest(buildManifest(config, source, attempt, parts, facts), config, attempt, destinations, signer);
    return { ...outcomeOf(attempt, parts, destinations), omitted: facts.source.omitted };
  } catch (error) {
    throw withStoreFailures(error, destinations);
  } finally {
    // What was committed stays; a store that was dropped on the way still holds the parts before.
    await Promise.all(pending.map(({ sink }) => sink.abort()));
  }
}

function readSigner(config: AgentConfig): SigningKey | undefined {
  if (config.recipients.length === 0) {
    throw configurationFailure([
      "recipients must be two different age recipients or more for backup (the agent), got none; give the lines of age-keygen -y",
    ]);
  }
  return signerFor("backup", config);
}

async function planAttempt(config: AgentConfig, stores: readonly Store[], time: Date): Promise<Attempt> {
  const existing = await listEverywhere(config, stores);
  const className = classOf(time, existing, Object.keys(config.retention) as RetentionClass[]);
  return {
    id: newBackupId(time),
    class: className,
    retention: retentionOf(config, className, time),
    previous: await previousOf(existing),
  };
}

/** The backups of every store that can be read, oldest first; a store that was down for a while has not all. */
async function listEverywhere(config: AgentConfig, stores: readonly Store[]): Promise<FoundBackup[]> {
  const reasons: string[] = [];
  const read = await Promise.all(
    stores.map(async (store) => {
      try {
        const { backups } = await listAsset(store, config.environment, config.asset);
        return backups.map((backup) => ({ ...backup, store }));
      } catch (error) {
        reasons.push(`${store.name} (${store.description}): ${reasonOf(error)}`);
        return [];
      }
    }),
  );
  if (reasons.length === stores.length) throw new AgentFailure(1, `no store can be read: ${reasons.join("; ")}`);
  for (const reason of reasons) say(`cannot be read: ${reason}`);
  return read.flat().sort((one, other) => (one.id < other.id ? -1 : 1));
}

/** The newest manifest that can be read: one that cannot must not stop the next backup. */
async function previousOf(existing: readonly FoundBackup[]): Promise<PreviousManifest | null> {
  for (const { store, manifestKey, id, class: className } of [...existing].reverse()) {
    try {
      return { id, class: className, sha256: manifestHash(await store.readWhole(manifestKey)) };
    } catch (error) {
      say(`${store.name}: the manifest of ${id} cannot be read: ${reasonOf(error)}`);
    }
  }
  return null;
}

async function cleanLeftovers(config: AgentConfig, stores: readonly Store[]): Promise<void> {
  for (const store of stores) {
    const folder = assetFolder({ prefix: store.prefix, environment: config.environment, asset: config.asset });
    // Cleaning is a courtesy: a store that refuses it may still take the backup.
    const cleaned = await store.cleanLeftovers?.(folder).catch(() => 0);
    if (cleaned !== undefined && cleaned > 0) say(`${store.name}: removed ${cleaned} unfinished files of killed runs`);
  }
}

async function writeParts(
  config: AgentConfig,
  source: OpenSource,
  attempt: Attempt,
  destinations: readonly Destination[],
  pending: PendingPart[],
): Promise<void> {
  const compression = bestCompression();
  if (compression === "gzip") say(`node ${process.versions.node} has no zstd: compressing with gzip level 1`);
  for (const part of source.parts) {
    const extension = `${part.extension}.${compressionExtension[compression]}.age`;
    const keyIn = (store: Pick<Store, "prefix">): string =>
      objectKey({ ...config, prefix: store.prefix, class: attempt.class, id: attempt.id, extension });
    const sink = new FanOut(destinations, keyIn, attempt.retention);
    const slot = {
      sink,
      manifestPart: { name: part.name, key: keyIn({ prefix: "" }), bytes: 0, sha256: "", plainBytes: 0 },
    };
    const index = pending.push(slot) - 1;
    const written = await writePart(part, compression, config.recipients, sink);
    pending[index] = { sink, manifestPart: { ...slot.manifestPart, ...written } };
    say(`${part.name}: ${megabytes(written.plainBytes)} read, ${megabytes(written.bytes)} written`);
  }
}

function buildManifest(
  config: AgentConfig,
  source: OpenSource,
  attempt: Attempt,
  parts: readonly ManifestPart[],
  facts: Pick<Manifest, "source" | "rowCounts">,
): Manifest {
  return {
    version: 1,
    id: attempt.id,
    environment: config.environment,
    asset: config.asset,
    class: attempt.class,
    startedAt: source.time.toISOString(),
    finishedAt: new Date().toISOString(),
    source: facts.source,
    parts,
    compression: bestCompression(),
    encryption: { recipients: config.recipients },
    rowCounts: facts.rowCounts,
    lockedUntil: attempt.retention.lock?.until.toISOString() ?? null,
    previous: attempt.previous,
    agentVersion,
  };
}

async function writeManifest(
  manifest: Manifest,
  config: AgentConfig,
  attempt: Attempt,
  destinations: readonly Destination[],
  signer: SigningKey | undefined,
): Promise<void> {
  const bytes = manifestBytes(manifest);
  const comment = `backup:${attempt.id} environment:${config.environment} asset:${config.asset}`;
  const signature = signer === undefined ? undefined : Buffer.from(signMessage(bytes, signer, comment));
  await Promise.all(
    destinations.map((destination) =>
      destination.attempt(async (store) => {
        const name = { ...config, prefix: store.prefix, class: attempt.class, id: attempt.id };
        // The manifest is the commit mark, so the signature must lie there before it.
        if (signature !== undefined) {
          await putObject(store, objectKey({ ...name, extension: signatureExtension }), signature, attempt.retention);
        }
        await putObject(store, objectKey({ ...name, extension: manifestExtension }), bytes, attempt.retention);
      }),
    ),
  );
}

function outcomeOf(attempt: Attempt, parts: readonly ManifestPart[], destinations: readonly Destination[]): Outcome {
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const failed = destinations.filter(({ failure }) => failure !== undefined);
  const stores = destinations.map(({ store, failure }) => ({
    name: store.name,
    status: failure === undefined ? ("done" as const) : ("failed" as const),
    message: failure ?? store.description,
  }));
  const made = { class: attempt.class, bytes, stores };
  if (failed.length === destinations.length) {
    const reasons = failed.map(({ store, failure }) => `${store.name}: ${failure ?? ""}`);
    return { ...made, exitCode: 1, message: `no store took the backup: ${reasons.join("; ")}` };
  }
  if (failed.length > 0) {
    const reasons = failed.map(({ store, failure }) => `${store.name}: ${failure ?? ""}`);
    const message = `the backup lies in ${destinations.length - failed.length} of ${destinations.length} stores; `;
    return { ...made, id: attempt.id, exitCode: 1, message: message + reasons.join("; ") };
  }
  return { ...made, id: attempt.id, exitCode: 0, message: `${megabytes(bytes)} in ${destinations.length} stores` };
}

function withStoreFailures(error: unknown, destinations: readonly Destination[]): unknown {
  const reasons = destinations.flatMap(({ store, failure }) =>
    failure === undefined ? [] : [`${store.name}: ${failure}`],
  );
  if (reasons.length === 0) return error;
  const code = error instanceof AgentFailure ? error.exitCode : 1;
  return new AgentFailure(code, `${reasonOf(error)} (${reasons.join("; ")})`, { cause: error });
}
