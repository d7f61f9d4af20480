import { type Issue, nearest, unknownKeys } from "../model/index.js";
import { missingArguments } from "../shared/arguments.js";
import { problem } from "../shared/problem.js";
import { type VeleroArgs, veleroCloudKeys, veleroKeys } from "./velero-args.js";
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
  ];
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
  if (repository !== undefined && chart !== undefined && /^(oci:|[./])/.test(chart))
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
