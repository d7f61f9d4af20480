import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Runs kubectl; rejects with what it printed when it fails. */
export async function kubectl(...args: string[]): Promise<string> {
  return (await run("kubectl", args, { maxBuffer: 64e6 })).stdout;
}

/** Applies manifests. */
export async function apply(...manifests: object[]): Promise<void> {
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: manifests });
  const applied = run("kubectl", ["apply", "-f", "-"]);
  applied.child.stdin?.end(list);
  await applied;
}

/** Creates one object; returns what kubectl prints with these options. */
export async function create(manifest: object, ...options: string[]): Promise<string> {
  const created = run("kubectl", ["create", "-f", "-", ...options], { maxBuffer: 64e6 });
  created.child.stdin?.end(JSON.stringify(manifest));
  return (await created).stdout;
}

/** One object as the API server has it; `undefined` where it is gone. */
export async function get<T = Record<string, unknown>>(
  kind: string,
  name: string,
  namespace: string,
): Promise<T | undefined> {
  const text = await kubectl("-n", namespace, "get", kind, name, "-o", "json", "--ignore-not-found");
  return text === "" ? undefined : (JSON.parse(text) as T);
}

/** How a Job ended. */
export interface Ended {
  readonly succeeded: boolean;
  /** Exit code of the agent's container in the last pod. */
  readonly exitCode: number | undefined;
  readonly reason: string;
  /** What the agent printed. */
  readonly log: string;
  /** The agent's result line. */
  readonly result: Record<string, unknown>;
}

interface Job {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string }[];
  };
}

interface Pod {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly containerStatuses?: readonly { readonly state: { readonly terminated?: { readonly exitCode: number } } }[];
  };
}

/** Starts a Job from a CronJob, as the guide's commands do, and waits for its end. */
export async function runNow(cronJob: string, job: string, namespace: string): Promise<Ended> {
  await kubectl("-n", namespace, "create", "job", `--from=cronjob/${cronJob}`, job);
  return ended(job, namespace);
}

/** Waits until a Job has ended, by the API server's own watch. */
export async function ended(job: string, namespace: string): Promise<Ended> {
  const wait = ["-n", namespace, "wait", `job/${job}`, "--timeout=180s"];
  await Promise.any([kubectl(...wait, "--for=condition=Complete"), kubectl(...wait, "--for=condition=Failed")]);
  const found = (await get<Job>("job", job, namespace))!;
  const condition = found.status!.conditions!.find(
    ({ type, status }) => ["Complete", "Failed"].includes(type) && status === "True",
  )!;
  const { items } = JSON.parse(
    await kubectl("-n", namespace, "get", "pods", "-l", `job-name=${job}`, "-o", "json"),
  ) as { items: Pod[] };
  const pod = items.at(-1);
  const log = pod === undefined ? "" : await kubectl("-n", namespace, "logs", pod.metadata.name, "-c", "agent");
  // Lines of stdout and stderr come in any order.
  const results = log.split("\n").filter((line) => line.startsWith("{"));
  return {
    succeeded: condition.type === "Complete",
    exitCode: pod?.status.containerStatuses?.[0]?.state.terminated?.exitCode,
    reason: condition.reason ?? "",
    log,
    result: JSON.parse(results.at(-1) ?? "{}") as Record<string, unknown>,
  };
}
