import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import type { Issue } from "../model/index.js";
import { problem } from "../shared/problem.js";

/** A secret output, or the word that says that the Secret is there already. */
export type RepositoryPassword = pulumi.Output<string> | "existing";

/**
 * The Secret that encrypts every repository of volume data. Velero makes it with a well-known password when it starts
 * and finds none; another password later locks it out of all that it wrote, so a change is never applied.
 */
export function repositoryPasswordSecret(
  name: string,
  password: RepositoryPassword | undefined,
  metadata: { readonly namespace: pulumi.Input<string>; readonly labels: Record<string, pulumi.Input<string>> },
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  if (password === undefined || password === "existing") return [];
  return [
    new core.Secret(
      `${name}-repository-password`,
      {
        metadata: { name: "velero-repo-credentials", ...metadata },
        stringData: { "repository-password": pulumi.secret(password) },
      },
      { ...options, ignoreChanges: ["stringData", "data"] },
    ),
  ];
}

/** Problems of a password that is `needed`, or not; what was given is never repeated. */
export function repositoryPasswordIssues(given: unknown, needed: boolean, path: string): Issue[] {
  const id = "velero-repository-password";
  if (given === undefined)
    return needed
      ? [
          problem(
            id,
            path,
            "be given where volume data goes into the stores (Velero's own is the same everywhere)",
            given,
            'write config.requireSecret("..."), or "existing" where you made velero-repo-credentials yourself',
          ),
        ]
      : [];
  if (given === "existing" || pulumi.Output.isInstance(given)) return [];
  const message = `${path} must be a secret output or "existing" (no secret stands in a program), got a plain ${typeof given}; write config.requireSecret("...")`;
  return [{ id, level: "error", path, message }];
}
