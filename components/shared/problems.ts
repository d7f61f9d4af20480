import * as pulumi from "@pulumi/pulumi";
import { type Issue, renderIssues } from "../model/index.js";

/**
 * Stops construction when an issue is an error: one message with all problems, without a stack trace, because the
 * fault is in the declaration and not in the code below it. Warnings go to the engine's log, attached to the component.
 */
export function throwOnErrors(
  component: string,
  name: string,
  issues: readonly Issue[],
  resource: pulumi.Resource,
): void {
  const errors = issues.filter((issue) => issue.level === "error");
  if (errors.length > 0) throw new pulumi.ResourceError(renderIssues(`${component} "${name}"`, errors), resource, true);
  for (const warning of issues) void pulumi.log.warn(warning.message, resource);
}
