import type { Input } from "@pulumi/pulumi";
import type { Issue } from "../model/index.js";
import { unknownKeys } from "../model/index.js";
import { problem } from "../shared/problem.js";
import { nodeUser } from "./agent-pod.js";
import type { DataAccess } from "./data-access.js";

/** A new file on a PersistentVolumeClaim that receives one decrypted part of an artefact. */
export interface RestoredFile {
  /** Name of the claim, in the namespace of the job; its volume must be writable by the job's group, 65532. */
  readonly claimName: Input<string>;
  /** Path of the file inside the volume. Its folder must be there; a file that is there is never overwritten. */
  readonly file: string;
  /** Part of the artefact, as the manifest names it: `keys`, `refs`, `files`, `snapshot`, `globals`. @default - the last */
  readonly part?: string;
}

const id = "restored-file";
const volumeName = "restored";
const mountPath = "/restored";

/** Whether data goes into a file and not into a server. */
export function isRestoredFile(into: object | undefined): into is RestoredFile {
  return into !== undefined && "claimName" in into;
}

/** Problems of a file's description. */
export function restoredFileIssues(into: RestoredFile, path: string): Issue[] {
  const { claimName, file } = into;
  const issues = unknownKeys(into, ["claimName", "file", "part"], path);
  if ((claimName as unknown) === "")
    issues.push(problem(id, `${path}.claimName`, "name a claim (Kubernetes)", claimName, "see kubectl get pvc"));
  const given: unknown = file;
  if (typeof given !== "string" || given === "" || given.startsWith("/") || given.split("/").includes("..")) {
    const rule = "be the path of a new file inside the volume (kubernetes.RestoreJob)";
    issues.push(problem(id, `${path}.file`, rule, given, "write it without / in front and without .."));
  }
  return issues;
}

/** What the agent is told beside which artefact. */
export function restoredFileOptions({ file, part }: RestoredFile): string[] {
  return ["--output", `${mountPath}/${file}`, ...(part === undefined ? [] : ["--part", part])];
}

/**
 * A pod that reaches the claim and nothing else. The agent needs a source by contract, and reads none.
 *
 * @internal
 */
export function restoredFileAccess({ claimName }: RestoredFile): DataAccess {
  return {
    source: { kind: "files", path: mountPath },
    secretFiles: [],
    ports: [],
    user: nodeUser,
    demands: {
      volumes: [
        {
          volume: { name: volumeName, persistentVolumeClaim: { claimName } },
          mount: { name: volumeName, mountPath },
        },
      ],
    },
  };
}
