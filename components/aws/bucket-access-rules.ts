import { type Issue, unknownKeys } from "../model/index.js";
import { missingArguments } from "../shared/arguments.js";
import { readArn } from "./arn.js";
import type { RoleTrust, ServiceAccountTrust } from "./backup-bucket-args.js";
import { problem } from "./problem.js";

const trustKeys = [
  "principalArns",
  "serviceAccounts",
  "podIdentityClusterArns",
] as const satisfies readonly (keyof RoleTrust)[];
const serviceAccountKeys = ["providerArn", "names"] as const satisfies readonly (keyof ServiceAccountTrust)[];

/** Problems of who may assume a role. */
export function trustIssues(trust: unknown, path: string): Issue[] {
  if (trust === undefined) return [];
  if (typeof trust === "object" && trust !== null && "roleName" in trust) return unknownKeys(trust, ["roleName"], path);
  const issues = unknownKeys(trust, trustKeys, path);
  if (typeof trust !== "object" || trust === null) return issues;
  const { principalArns = [], serviceAccounts, podIdentityClusterArns = [] } = trust as RoleTrust;
  if (principalArns.length === 0 && serviceAccounts === undefined && podIdentityClusterArns.length === 0)
    issues.push(
      problem("role-trust", path, "name who may assume the role (IAM)", trust, "name a principal or a service account"),
    );
  podIdentityClusterArns.forEach((arn, index) => {
    if (readArn(arn)?.service !== "eks")
      issues.push(
        problem(
          "role-trust",
          `${path}.podIdentityClusterArns[${index}]`,
          "be the ARN of an EKS cluster",
          arn,
          "write arn:aws:eks:<region>:<account>:cluster/<name>",
        ),
      );
  });
  return [
    ...issues,
    ...(serviceAccounts === undefined ? [] : accountIssues(serviceAccounts, `${path}.serviceAccounts`)),
  ];
}

function accountIssues(given: ServiceAccountTrust, path: string): Issue[] {
  const issues = [
    ...unknownKeys(given, serviceAccountKeys, path),
    ...missingArguments(given, { providerArn: "name the cluster's OIDC provider", names: "name them" }, `${path}.`),
  ];
  if (issues.length > 0) return issues;
  const { providerArn, names } = given;
  if (typeof providerArn === "string" && readArn(providerArn)?.resource.startsWith("oidc-provider/") !== true)
    issues.push(
      problem(
        "role-oidc-provider",
        `${path}.providerArn`,
        "be the ARN of an OIDC provider (IAM roles for service accounts)",
        providerArn,
        "write arn:aws:iam::<account>:oidc-provider/<issuer without https://>",
      ),
    );
  names.forEach((name, index) => {
    if (!/^[a-z0-9-]+\/[a-z0-9.-]+$/.test(name))
      issues.push(
        problem(
          "role-service-account",
          `${path}.names[${index}]`,
          "be <namespace>/<service account>, without * (any pod of the cluster could assume the role)",
          name,
          "name each one",
        ),
      );
  });
  return issues;
}
