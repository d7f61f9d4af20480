import type { Issue } from "../model/index.js";
import { readArn } from "./arn.js";
import type { BackedUpResources } from "./backup-plan-args.js";
import { problem } from "./problem.js";

const arnsMax = 500;
const wildcardsMax = 30;
const tagsMax = 30;

/** Problems of what a plan selects. */
export function selectionIssues(args: BackedUpResources, at: string): Issue[] {
  const { resources = [], notResources = [], anyTags = {}, allTags = {} } = args;
  const issues: Issue[] = [];
  const tags = Object.keys(anyTags).length + Object.keys(allTags).length;
  if (resources.length === 0 && tags === 0)
    issues.push(
      problem(
        "selection-empty",
        `${at}resources`,
        "name something, by ARN or by tag (AWS Backup)",
        resources,
        "name it",
      ),
    );
  if (tags > tagsMax)
    issues.push(
      problem("selection-tags", `${at}anyTags`, `be at most ${tagsMax} with allTags (AWS Backup)`, tags, "name fewer"),
    );
  const plain = [...resources, ...notResources].filter((arn): arn is string => typeof arn === "string");
  const wildcards = plain.some((arn) => arn.includes("*"));
  const max = wildcards ? wildcardsMax : arnsMax;
  if (resources.length > max)
    issues.push(
      problem(
        "selection-resources",
        `${at}resources`,
        `be at most ${max}${wildcards ? " with wildcards" : ""} (AWS Backup)`,
        resources.length,
        "select by tag",
      ),
    );
  const { region } = args.vault.declaration.location;
  const partition = readArn(args.vault.arn)?.partition;
  for (const [key, list] of [
    ["resources", resources],
    ["notResources", notResources],
  ] as const)
    list.forEach((arn, index) => {
      if (typeof arn === "string") issues.push(...arnIssues(arn, `${at}${key}[${index}]`, region, partition));
    });
  const databases = resources.filter((arn) => typeof arn === "string" && readArn(arn)?.resource.startsWith("cluster:"));
  if (databases.length > 0 && args.optInAcknowledged !== true) issues.push(optInIssue(at, args.optInAcknowledged));
  return issues;
}

/** Clusters that nobody has switched AWS Backup on for. */
export function optInIssue(at: string, optInAcknowledged: unknown): Issue {
  return problem(
    "selection-opt-in",
    `${at}optInAcknowledged`,
    "be true for clusters of Aurora, Neptune and DocumentDB (AWS Backup leaves them out where the region has not opted in)",
    optInAcknowledged,
    "switch the service on in AWS Backup's settings and set it",
  );
}

function arnIssues(arn: string, path: string, region: string, partition: string | undefined): Issue[] {
  if (arn === "*") return [];
  const read = readArn(arn);
  if (read === undefined || arn.slice(0, -1).includes("*"))
    return [
      problem(
        "selection-arn",
        path,
        "be an ARN with at most one * at its end (AWS Backup)",
        arn,
        "write the whole ARN, or select by tag",
      ),
    ];
  const foreign =
    (read.region !== "" && region !== "default" && read.region !== region) ||
    (partition !== undefined && read.partition !== partition);
  return foreign
    ? [
        problem(
          "selection-region",
          path,
          `lie in the vault's region ${region} (AWS Backup)`,
          arn,
          "use a vault beside it",
        ),
      ]
    : [];
}
