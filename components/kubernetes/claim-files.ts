import type { Input } from "@pulumi/pulumi";
import type { types } from "@pulumi/kubernetes";
import type { Issue } from "../model/index.js";
import { problem } from "../shared/problem.js";
import { nodeUser } from "./agent-pod.js";
import { type DataKind, inThisCluster, type PodDemands } from "./data-access.js";

/** The files of a PersistentVolumeClaim. */
export interface ClaimFiles {
  /** Name of the claim, in the namespace of the job. Its volume must hold a file system (`volumeMode: Filesystem`). */
  readonly claimName: Input<string>;
  /**
   * How the claim may be mounted. `ReadWriteOnce` volumes are mounted by one node at a time: name in `usedBy` the pods
   * that have it, so that the job runs where they do.
   * @default "ReadWriteOnce"
   */
  readonly accessMode?: "ReadWriteOnce" | "ReadWriteMany" | "ReadOnlyMany";
  /** Labels of the pods that mount the claim; the job then runs on the node of one of them, or waits for one. */
  readonly usedBy?: Readonly<Record<string, string>>;
  /** Folder inside the volume. @default - all of it */
  readonly folder?: string;
  /** Patterns of GNU tar to leave out, matched against `./path`: `./cache`, `*.tmp`. @default [] */
  readonly exclude?: readonly string[];
  /** Take files that change while they are read, and note it in the manifest; else the run fails. @default false */
  readonly allowChanges?: boolean;
  /**
   * Run as root with the one right to read what belongs to others: for volumes with files of several users. The pod
   * passes PodSecurity `baseline`, no longer `restricted`. Without it give `runAsUser` the user that owns the files.
   * @default false
   */
  readonly readsAllOwners?: boolean;
}

const id = "claim-files";
const accessModes = ["ReadWriteOnce", "ReadWriteMany", "ReadOnlyMany"];
const volumeName = "data";
const mountPath = "/data";

/**
 * The files of a claim as the library's pods see them.
 *
 * @internal
 */
export const claimFiles: DataKind<ClaimFiles> = {
  keys: [
    "claimName",
    "accessMode",
    "usedBy",
    "folder",
    "exclude",
    "allowChanges",
    "readsAllOwners",
  ] as const satisfies readonly (keyof ClaimFiles)[],

  declare: (files, protection) => ({
    kind: "volume",
    mechanisms: ["tar"],
    protection,
    location: inThisCluster,
    target:
      typeof files?.claimName === "string"
        ? `kubernetes://cluster/persistentvolumeclaims/${files.claimName}/${files.folder ?? ""}`
        : undefined,
  }),

  issues: ownIssues,

  rehearsal: { scratchSize: "50Gi" },

  access(files) {
    return {
      source: {
        kind: "files",
        path: mountPath,
        exclude: files.exclude ?? [],
        allowChanges: files.allowChanges === true ? true : undefined,
      },
      secretFiles: [],
      ports: [],
      // The image of Node.js has GNU tar.
      user: files.readsAllOwners === true ? 0 : nodeUser,
      demands: demandsOf(files),
    };
  },
};

function demandsOf(files: ClaimFiles): PodDemands {
  return {
    volumes: [
      {
        // Read-only at both places: the claim's own flag also keeps the kubelet from giving the files to another group.
        volume: { name: volumeName, persistentVolumeClaim: { claimName: files.claimName, readOnly: true } },
        mount: { name: volumeName, mountPath, readOnly: true, subPath: files.folder },
      },
    ],
    podSecurity:
      files.readsAllOwners === true ? "baseline: root reads the files of every owner (DAC_OVERRIDE)" : undefined,
    affinity: files.usedBy && besidePods(files.usedBy),
    capabilities: files.readsAllOwners === true ? ["DAC_OVERRIDE"] : undefined,
  };
}

/** On the node of a pod with these labels. */
function besidePods(matchLabels: Readonly<Record<string, string>>): types.input.core.v1.Affinity {
  return {
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { labelSelector: { matchLabels: { ...matchLabels } }, topologyKey: "kubernetes.io/hostname" },
      ],
    },
  };
}

function ownIssues(files: ClaimFiles, path: string): Issue[] {
  const issues: Issue[] = [];
  const { claimName, accessMode, folder, usedBy } = files;
  const claim: unknown = claimName;
  if (claim === undefined || claim === "")
    issues.push(problem(id, `${path}.claimName`, "name a claim (Kubernetes)", claim, "see kubectl get pvc"));
  if (accessMode !== undefined && !accessModes.includes(accessMode)) {
    const rule = `be one of ${accessModes.join(", ")} (a second pod must be able to mount it)`;
    const advice = "back a ReadWriteOncePod volume up by snapshots: Velero, or VolumeSnapshots";
    issues.push(problem(id, `${path}.accessMode`, rule, accessMode, advice));
  }
  if (folder !== undefined && (folder === "" || folder.startsWith("/") || folder.split("/").includes(".."))) {
    const rule = "be a path inside the volume (Kubernetes subPath)";
    issues.push(problem(id, `${path}.folder`, rule, folder, "write it without / in front and without .."));
  }
  if (usedBy !== undefined && Object.keys(usedBy).length === 0) {
    const rule = "have a label or more (no label selects every pod)";
    issues.push(problem(id, `${path}.usedBy`, rule, usedBy, "leave it out where nothing mounts the claim"));
  }
  return issues;
}
