import * as pulumi from "@pulumi/pulumi";
import { renderIssues } from "../model/index.js";
import { problem } from "./problem.js";

/** What {@link adopt} can be told. */
export interface AdoptOptions {
  /**
   * Properties in which what exists may differ from what the component asks: they stay as they are until `adopt` is taken
   * out of the program. Others that differ are refused by the engine, which imports nothing that it would change.
   * @default ["tags", "tagsAll"]
   */
  readonly keep?: readonly string[];
}

/** Options of a component that make it take over what exists. */
export interface Adoption {
  /** For the options of the component. */
  readonly transformations: pulumi.ResourceTransformation[];
}

/**
 * Options with which a component takes over resources that exist, in place of making new ones: each child that is named is
 * imported by its id. A child is named as `pulumi preview` shows it; where two share a name, with its type in front:
 * `"EventRule alarms-tampering"`. A name that no child has fails the program, because a second resource would be made.
 * Take it out again after the first update.
 *
 * Settings of a bucket or a vault that are resources of their own need no import: they are written over what is there. The
 * id of a resource of AWS in another region than the provider's ends in `@<region>`.
 *
 * @example
 * new aws.BackupVault(
 *   "vault",
 *   { environment: "production", vaultName: "Default", kmsKeyArn },
 *   adopt({ vault: "Default" }),
 * );
 */
export function adopt(existing: Readonly<Record<string, string>>, options: AdoptOptions = {}): Adoption {
  const { keep = ["tags", "tagsAll"] } = options;
  const wanted = new Set(Object.keys(existing));
  const seen: string[] = [];
  let checked = false;
  const take: pulumi.ResourceTransformation = ({ resource, type, name, props, opts }) => {
    if (!checked) {
      checked = true;
      // A component makes its children in its constructor: after the running code all of them are seen.
      queueMicrotask(() => {
        refuseUnknown(wanted, seen, resource);
      });
    }
    // A component has nothing to import, and often a child of its own name.
    if (type.startsWith("backup-tiers:")) return undefined;
    const typed = `${type.split(":").at(-1) ?? ""} ${name}`;
    seen.push(name, typed);
    const key = [typed, name].find((one) => existing[one] !== undefined);
    if (key === undefined) return undefined;
    wanted.delete(key);
    const own = opts as pulumi.CustomResourceOptions;
    const ignoreChanges = [...(own.ignoreChanges ?? []), ...keep];
    return { props, opts: { ...own, import: existing[key], ignoreChanges } };
  };
  return { transformations: [take] };
}

function refuseUnknown(unknown: ReadonlySet<string>, seen: readonly string[], resource: pulumi.Resource): void {
  const issues = [...unknown].map((key) =>
    problem(
      "adopt-names-a-child",
      `adopt.${key}`,
      "be the name of a resource that the component makes",
      key,
      `use one of ${[...new Set(seen)].join(", ")}`,
    ),
  );
  if (issues.length > 0) void pulumi.log.error(renderIssues("adopt", issues), resource);
}
