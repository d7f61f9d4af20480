import { type Issue, nearest, unknownKeys } from "../model/index.js";
import { missingArguments } from "../shared/arguments.js";
import { problem } from "../shared/problem.js";
import { type VeleroArgs, veleroCloudKeys, veleroImageKeys, veleroKeys } from "./velero-args.js";
import { repositoryPasswordIssues } from "./velero-repository-password.js";
import { storesVolumes, volumesIssues } from "./velero-schedules-rules.js";

const providers = ["aws", "gcp", "azure"];

/** Problems of an installation. */
export function veleroInstallationIssues(args: VeleroArgs): Issue[] {
  const issues = [
    ...unknownKeys(args, veleroKeys, "args"),
    ...missingArguments(args, { cloud: 'write for example { provider: "aws", identity: roleArn }' }),
    ...volumesIssues(args.volumes, ""),
    ...repositoryPasswordIssues(args.repositoryPassword, storesVolumes(args.volumes ?? "none"), "repositoryPassword"),
    ...unknownKeys(args.image ?? {}, veleroImageKeys, "image"),
    ...unknownKeys(args.kubectlImage ?? {}, veleroImageKeys, "kubectlImage"),
    ...nodeAgentIssues(args),
  ];
  if (args.repositoryPassword === "existing" && args.createNamespace !== false)
    issues.push(
      problem(
        "velero-repository-password",
        "createNamespace",
        'be false beside repositoryPassword: "existing" (Velero makes a password that is the same everywhere when it starts in a new namespace)',
        args.createNamespace,
        "make the namespace and velero-repo-credentials before Velero, or give the password",
      ),
    );
  if (issues.some(({ path }) => path === "cloud")) return issues;
  const { cloud, chartVersion = "12.1.0", chart, repository, timeoutSeconds = 1 } = args;
  issues.push(...unknownKeys(cloud, veleroCloudKeys, "cloud"));
  const provider: unknown = cloud.provider;
  if (!providers.includes(String(provider)))
    issues.push(
      problem(
        "velero-provider",
        "cloud.provider",
        `be one of ${providers.join(", ")}`,
        provider,
        `write ${nearest(String(provider), providers) ?? "one of them"}`,
      ),
    );
  const { identity, credentialsSecret } = cloud;
  if (identity !== undefined && credentialsSecret !== undefined)
    issues.push(
      problem(
        "velero-identity",
        "cloud.credentialsSecret",
        "be left out beside an identity (Velero would use the file)",
        "both",
        "leave one out",
      ),
    );
  if (identity === undefined && credentialsSecret === undefined && ["gcp", "azure"].includes(cloud.provider))
    issues.push(
      problem(
        "velero-identity",
        "cloud.identity",
        `be given for ${cloud.provider}, or else credentialsSecret`,
        identity,
        cloud.provider === "gcp" ? "write the service account's e-mail" : "write the client id",
      ),
    );
  if (!/^\d+\.\d+\.\d+$/.test(chartVersion))
    issues.push(
      problem(
        "velero-chart-version",
        "chartVersion",
        "be one exact version (a range installs another at every update)",
        chartVersion,
        'write for example "12.1.0"',
      ),
    );
  if (repository !== undefined && hasOwnAddress(chart))
    issues.push(
      problem(
        "velero-chart",
        "repository",
        "be left out for a chart with its own address (Helm)",
        repository,
        "remove it",
      ),
    );
  if (!Number.isInteger(timeoutSeconds) || timeoutSeconds < 1)
    issues.push(
      problem("velero-timeout", "timeoutSeconds", "be whole seconds from 1", timeoutSeconds, "leave it out for 600"),
    );
  return issues;
}

/** Whether a chart says itself where it is: a path, or an address of a registry or archive. */
export function hasOwnAddress(chart: string | undefined): boolean {
  return chart !== undefined && /^(oci:|https?:|[./])/.test(chart);
}

const nodeAgentKeys = ["nodeAgentResources", "nodeAgentNodeSelector", "nodeAgentTolerations"] as const;

function nodeAgentIssues(args: VeleroArgs): Issue[] {
  const { volumes = "none", kubeletFolder } = args;
  const idle = storesVolumes(volumes) ? [] : nodeAgentKeys.filter((key) => args[key] !== undefined);
  const issues = idle.map((key) =>
    problem(
      "velero-node-agent",
      key,
      'be left out but for volumes: "moved-snapshots" and "files" (nothing else deploys the node agent)',
      volumes,
      "set volumes or leave it out",
    ),
  );
  if (kubeletFolder === undefined) return issues;
  if (volumes !== "files")
    issues.push(
      problem(
        "velero-kubelet-folder",
        "kubeletFolder",
        'be left out but for volumes: "files" (nothing else reads folders of the node)',
        volumes,
        'set volumes: "files" or leave it out',
      ),
    );
  if (!/^(\/[^/]+)+$/.test(kubeletFolder))
    issues.push(
      problem(
        "velero-kubelet-folder",
        "kubeletFolder",
        "be an absolute path without a slash at its end",
        kubeletFolder,
        'write for example "/var/lib/k0s/kubelet"',
      ),
    );
  return issues;
}
