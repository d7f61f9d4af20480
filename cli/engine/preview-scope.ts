import type { ProviderConfiguration } from "./default-provider.js";
import type { InvokeAnswers } from "./invoke-answers.js";
import type { StackReferenceAnswers } from "./stack-reference-answers.js";
import type { UrnScope } from "./urn.js";

/** Everything that stays the same during the preview of one stack. */
export interface PreviewScope extends UrnScope {
  readonly organization: string;
  readonly configuration: ProviderConfiguration;
  readonly invokeAnswers: InvokeAnswers;
  readonly stackReferences: StackReferenceAnswers;
  /** Version of an installed provider package, or empty. */
  readonly installedVersion: (packageName: string) => string;
}
