import type { ProtectionOverride } from "../model/index.js";
import type { EnvironmentArgument } from "../shared/arguments.js";
import type { AgentBundle } from "./agent-bundle.js";
import { type PodSettings, podSettingsKeys } from "./pod-settings.js";

/** Which volumes are snapshotted, and with which class. */
export interface SnapshottedVolumes extends PodSettings {
  /**
   * Name of the CSI driver whose volumes are snapshotted, `"ebs.csi.aws.com"`: the component then makes the class.
   * Changing it replaces the class.
   * @default - `className` names a class that is there
   */
  readonly driver?: string;
  /** Name of the VolumeSnapshotClass; changing it replaces the class. @default - the component's name */
  readonly className?: string;
  /** Parameters of the driver. @default {} */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Make it the driver's default class. @default false */
  readonly isDefault?: boolean;
  /** Namespace of the claims, and of the job that snapshots them. @default - no snapshots, the class only */
  readonly namespace?: string;
  /** Names of PersistentVolumeClaims. These or `matchLabels`. */
  readonly claims?: readonly string[];
  /** Labels that a claim must have, all of them; claims that come later count too. */
  readonly matchLabels?: Readonly<Record<string, string>>;
  /** Minutes until every snapshot of a run must be ready, from 1; then the run has failed. @default 10 */
  readonly readyTimeoutMinutes?: number;
  /** Ports of the API server, as the network sees them. @default [443, 6443] */
  readonly apiServerPorts?: readonly number[];
  /**
   * Name of the CronJob, at most 52 characters; changing it replaces the CronJob.
   * @default - the component's name, shortened with a hash where it is too long
   */
  readonly jobName?: string;
  /** Parts of the environment's `volume` protection that are overridden. */
  readonly protection?: ProtectionOverride;
}

/** Arguments of the component VolumeSnapshots. */
export interface VolumeSnapshotsArgs extends SnapshottedVolumes {
  /** Decides the deletion policy of the class, and frequency and retention of the snapshots. */
  readonly environment: EnvironmentArgument;
  /** Name of the asset in the plan and on every snapshot. @default - the component's name */
  readonly asset?: string;
  /** A bundle that several components of one namespace share. @default - one of its own */
  readonly agent?: AgentBundle;
}

/** Keys of {@link SnapshottedVolumes}, for refusing misspelt ones at run time. */
export const snapshottedVolumesKeys = [
  ...podSettingsKeys,
  "driver",
  "className",
  "parameters",
  "isDefault",
  "namespace",
  "claims",
  "matchLabels",
  "readyTimeoutMinutes",
  "apiServerPorts",
  "jobName",
  "protection",
] as const satisfies readonly (keyof SnapshottedVolumes)[];
