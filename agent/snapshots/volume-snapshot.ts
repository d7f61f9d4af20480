import { expired, type RetentionClass, retentionClasses } from "../../components/model/retention.js";

/** A VolumeSnapshot of this asset, as far as its cleaning up needs to know it. */
export interface VolumeSnapshot {
  readonly name: string;
  readonly uid: string;
  readonly claim: string;
  readonly class: RetentionClass;
  /** When the storage system took it; before it has, when it was asked for. */
  readonly time: Date;
  readonly ready: boolean;
  /** What the storage system last complained of. */
  readonly error: string | undefined;
  /** The cluster-wide object that stands for the snapshot's data. */
  readonly contentName: string | undefined;
}

/** Label of the class of a snapshot. */
export const classLabel = "backup-tiers/class";

/** Age from which a snapshot that never became ready belongs to no run any more. */
const abandonedMilliseconds = 24 * 60 * 60 * 1000;

interface SnapshotObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec: { readonly source: { readonly persistentVolumeClaimName?: string } };
  readonly status?: {
    readonly readyToUse?: boolean;
    readonly creationTime?: string;
    readonly boundVolumeSnapshotContentName?: string;
    readonly error?: { readonly message?: string };
  };
}

/** Reads one from the API server's form; undefined for what is being deleted or carries no class of ours. */
export function readSnapshot(object: unknown): VolumeSnapshot | undefined {
  const { metadata, spec, status } = object as SnapshotObject;
  const found = retentionClasses.find((name) => name === metadata.labels?.[classLabel]);
  const claim = spec.source.persistentVolumeClaimName;
  if (metadata.deletionTimestamp !== undefined || found === undefined || claim === undefined) return undefined;
  return {
    name: metadata.name,
    uid: metadata.uid,
    claim,
    class: found,
    time: new Date(status?.creationTime ?? metadata.creationTimestamp),
    ready: status?.readyToUse === true,
    error: status?.error?.message,
    contentName: status?.boundVolumeSnapshotContentName,
  };
}

/**
 * What may go of the snapshots of one claim: ready ones whose class's time is over, never the newest of them, and those
 * that did not become ready in a day while a newer one did. Without a ready one nothing goes.
 */
export function removable(
  snapshots: readonly VolumeSnapshot[],
  retention: Readonly<Partial<Record<RetentionClass, number | null>>>,
  now: Date,
): VolumeSnapshot[] {
  const ready = snapshots.filter((snapshot) => snapshot.ready);
  const newest = Math.max(...ready.map(({ time }) => time.getTime()));
  const abandoned = snapshots.filter(
    ({ ready: isReady, time }) =>
      !isReady && time.getTime() < newest && now.getTime() - time.getTime() >= abandonedMilliseconds,
  );
  return [...expired(ready, retention, now), ...abandoned];
}
