import type { Plan } from "../../components/model/plan-types.js";
import type { PreviewError } from "../engine/program-outcome.js";
import type { WireMap } from "../engine/wire-value.js";

/** One resource of a preview. */
export interface PreviewedResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** URN, or `null` for the stack. */
  readonly parent: string | null;
  /** A provider manages it; otherwise it is a component. */
  readonly custom: boolean;
  /** It exists already and is only read; left out for all others. */
  readonly external?: true;
  /** `<urn>::<id>`, or `null`. */
  readonly provider: string | null;
  readonly inputs: WireMap;
  readonly options: {
    readonly protect: boolean;
    readonly retainOnDelete: boolean;
    readonly deletedWith: string | null;
    readonly dependsOn: readonly string[];
    readonly aliases: readonly string[];
    readonly ignoreChanges: readonly string[];
  };
}

/** What a policy has to say about a resource or about the stack. */
export interface PolicyFinding {
  readonly policy: string;
  readonly level: "advisory" | "mandatory" | "remediate";
  /** URN, or empty for the whole stack. */
  readonly urn: string;
  readonly message: string;
}

/** The one JSON document that `preview --json` prints for a stack. */
export interface PreviewDocument {
  readonly project: string;
  readonly stack: string;
  readonly environment: string;
  /** In the order of registration; default providers are not listed. */
  readonly resources: readonly PreviewedResource[];
  readonly plan: Omit<Plan, "environment">;
  readonly policies: readonly PolicyFinding[];
  readonly outputs: WireMap;
  /** Present where the program failed; everything else is what was registered until then. */
  readonly error?: PreviewError;
}
