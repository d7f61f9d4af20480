import { createHash } from "node:crypto";
import { retentionClasses, type RetentionClass } from "../components/model/retention.js";
import { timeOfId } from "./backup-id.js";
import type { Compression } from "./compression.js";

/** The signed document that makes an artefact count. Times are ISO 8601 in UTC. */
export interface Manifest {
  readonly version: 1;
  readonly id: string;
  readonly environment: string;
  readonly asset: string;
  readonly class: RetentionClass;
  /** The moment whose data it holds. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly source: ManifestSource;
  readonly parts: readonly ManifestPart[];
  readonly compression: Compression;
  readonly encryption: { readonly recipients: readonly string[] };
  /** Rows of each counted table, in the dump's own snapshot. */
  readonly rowCounts: Readonly<Record<string, number>>;
  /** Until when the objects are locked, where the store has locks; null without a lock. */
  readonly lockedUntil: string | null;
  /** The manifest before this one; null for the first. */
  readonly previous: PreviousManifest | null;
  readonly agentVersion: string;
}

/** The link of the hash chain. The class tells until when the manifest before must still be there. */
export interface PreviousManifest {
  readonly id: string;
  readonly class: RetentionClass;
  /** Of the manifest's bytes, in hexadecimal digits. */
  readonly sha256: string;
}

/** Where the data came from. */
export interface ManifestSource {
  readonly kind: string;
  readonly host: string;
  readonly database: string | null;
  readonly clientVersion: string;
  readonly serverVersion: string;
  /** What the source would not give, as the reader should know it: `secrets: forbidden`. */
  readonly omitted: readonly string[];
}

/** One object of a backup. */
export interface ManifestPart {
  /** `database`, `globals`, `objects`. */
  readonly name: string;
  /** The object's name without the store's prefix, which may differ from store to store. */
  readonly key: string;
  /** Length of the object. */
  readonly bytes: number;
  /** Of the object's bytes, in hexadecimal digits. */
  readonly sha256: string;
  /**
   * Of what stands before the object's first encrypted chunk, in hexadecimal digits: each chunk can be told from a
   * forged one as it comes. Absent in manifests of before it was written.
   */
  readonly headSha256?: string;
  /** Length before compression and encryption. */
  readonly plainBytes: number;
}

/** The bytes that are signed: keys in order, two spaces, one newline at the end. */
export function manifestBytes(manifest: Manifest): Buffer {
  return Buffer.from(`${JSON.stringify(inOrder(manifest), undefined, 2)}\n`);
}

/** Hash of a manifest's bytes, for the chain. */
export function manifestHash(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Reads a manifest; throws with the reason when it is not one. */
export function parseManifest(bytes: Buffer): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch {
    throw new Error("its manifest is not JSON");
  }
  const problem = shapeProblem(value);
  if (problem !== undefined) throw new Error(`its manifest is not of version 1: ${problem}`);
  return value as Manifest;
}

function shapeProblem(value: unknown): string | undefined {
  if (!isRecord(value)) return "it is not an object";
  if (value["version"] !== 1) return "version is not 1";
  if (typeof value["id"] !== "string" || timeOfId(value["id"]) === undefined) return "id is not an id";
  for (const key of ["environment", "asset", "agentVersion"]) {
    if (typeof value[key] !== "string") return `${key} is not text`;
  }
  for (const key of ["startedAt", "finishedAt"]) {
    if (!isTime(value[key])) return `${key} is not a time`;
  }
  if (!isClass(value["class"])) return "class is not a retention class";
  if (value["compression"] !== "zstd" && value["compression"] !== "gzip") return "compression is not known";
  if (value["lockedUntil"] !== null && !isTime(value["lockedUntil"])) return "lockedUntil is not a time";
  if (!isRecord(value["source"]) || typeof value["source"]["kind"] !== "string") return "source has no kind";
  if (!isRecord(value["rowCounts"]) || !Object.values(value["rowCounts"]).every(isCount)) return "rowCounts are wrong";
  const previous = value["previous"];
  if (previous !== null && !(isRecord(previous) && isText(previous["id"]) && isClass(previous["class"]))) {
    return "previous is wrong";
  }
  if (isRecord(previous) && !isText(previous["sha256"])) return "previous has no hash";
  const parts = value["parts"];
  if (!Array.isArray(parts) || parts.length === 0 || !parts.every(isPart)) return "parts are wrong";
  return undefined;
}

function isPart(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const texts = [value["name"], value["key"], value["sha256"], value["headSha256"] ?? ""];
  return texts.every(isText) && isCount(value["bytes"]);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTime(value: unknown): boolean {
  return isText(value) && !Number.isNaN(Date.parse(value));
}

function isClass(value: unknown): boolean {
  return retentionClasses.some((known) => known === value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isRecord(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, inOrder(value[key])]));
}
