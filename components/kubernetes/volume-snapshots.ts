import * as k8s from "@pulumi/kubernetes/apiextensions";
import * as pulumi from "@pulumi/pulumi";
import { type Issue, unknownKeys } from "../model/index.js";
import { type EnvironmentArgument, resolveEnvironment } from "../shared/arguments.js";
import { kubernetesName } from "../shared/names.js";
import { throwOnErrors } from "../shared/problems.js";

/** Arguments of {@link VolumeSnapshots}. */
export interface VolumeSnapshotsArgs {
  /** Decides the deletion policy. */
  readonly environment: EnvironmentArgument;
  /** Name of the CSI driver whose volumes are snapshotted: `"ebs.csi.aws.com"`. Changing it replaces the class. */
  readonly driver: string;
  /** Name of the VolumeSnapshotClass; changing it replaces the class. @default - the component's name */
  readonly className?: string;
  /** Parameters of the driver. @default {} */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Make it the driver's default class. @default false */
  readonly isDefault?: boolean;
  /** Labels of the class beside the library's own. @default {} */
  readonly labels?: Readonly<Record<string, pulumi.Input<string>>>;
}

const keys = [
  "environment",
  "driver",
  "className",
  "parameters",
  "isDefault",
  "labels",
] as const satisfies readonly (keyof VolumeSnapshotsArgs)[];

/**
 * The class that snapshots of volumes are made with. Its deletion policy follows the environment: where backups are
 * kept (staging and production) `Retain`, so that the data of a snapshot outlives its namespace; `Delete` in
 * development. A change does not reach snapshots that exist. Needs the snapshot CRDs and controller of the cluster's
 * vendor.
 *
 * @example
 * new VolumeSnapshots("snapshots", { environment: "production", driver: "ebs.csi.aws.com" });
 */
export class VolumeSnapshots extends pulumi.ComponentResource {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:kubernetes:VolumeSnapshots";

  /** Name of the VolumeSnapshotClass. */
  readonly className: pulumi.Output<string>;
  /** What happens to a snapshot's data when its VolumeSnapshot is deleted. */
  readonly deletionPolicy: "Delete" | "Retain";

  constructor(name: string, args: VolumeSnapshotsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(VolumeSnapshots.type, name, {}, opts);
    const { environment, issues } = resolveEnvironment(args.environment);
    throwOnErrors("kubernetes.VolumeSnapshots", name, [...issues, ...volumeSnapshotsIssues(args)], this);
    this.deletionPolicy = environment.matrix["volume"]?.onDestroy === "delete" ? "Delete" : "Retain";

    const snapshotClass = new k8s.CustomResource(
      name,
      {
        apiVersion: "snapshot.storage.k8s.io/v1",
        kind: "VolumeSnapshotClass",
        metadata: {
          name: args.className ?? kubernetesName(name),
          labels: { "app.kubernetes.io/managed-by": "pulumi-backup-tiers", purpose: "backup", ...args.labels },
          annotations:
            args.isDefault === true ? { "snapshot.storage.kubernetes.io/is-default-class": "true" } : undefined,
        },
        driver: args.driver,
        deletionPolicy: this.deletionPolicy,
        // An empty map would differ from what the API server keeps, at every update.
        parameters: args.parameters,
      },
      { parent: this, protect: opts?.protect ?? (this.deletionPolicy === "Retain" ? true : undefined) },
    );

    this.className = snapshotClass.metadata.name;
    this.registerOutputs({ className: this.className, deletionPolicy: this.deletionPolicy });
  }
}

function volumeSnapshotsIssues(args: VolumeSnapshotsArgs): Issue[] {
  const issues = unknownKeys(args, keys, "args");
  if (typeof args.driver !== "string" || args.driver === "") {
    issues.push({
      id: "snapshot-driver",
      level: "error",
      path: "driver",
      message: `driver must be the name of a CSI driver (kubectl get csidrivers), got ${(JSON.stringify(args.driver) as string | undefined) ?? "nothing"}; a snapshot class belongs to one driver`,
    });
  }
  return issues;
}
