import { openText } from "../crypto/age-file.js";
import { type KubernetesObject, sealedDataAnnotation } from "../sources/kubernetes-object.js";
import { omittedKeys } from "./harmless-object.js";
import type { RehearsalPlan } from "./rehearsal.js";

/** What the manifest says of artefacts whose Secrets have no values. */
const valuesOmitted = "values of secrets";

/** What is wrong with the sealed values of a Secret; they are opened, and leave this function in no form. */
export async function sealedFault(
  { kind, apiVersion, metadata: { annotations } }: KubernetesObject,
  { identities, manifest }: Pick<RehearsalPlan, "identities" | "manifest">,
): Promise<string | undefined> {
  if (kind !== "Secret" || apiVersion !== "v1") return undefined;
  const keys = omittedKeys(annotations);
  const sealed = annotations?.[sealedDataAnnotation];
  if (sealed === undefined) {
    const promised = keys.length > 0 && !manifest.source.omitted.includes(valuesOmitted);
    return promised ? "it has no sealed values, and the manifest does not say so" : undefined;
  }
  try {
    const found = Object.keys(JSON.parse(await openText(sealed, identities)) as object);
    return found.length === keys.length && keys.every((key) => found.includes(key))
      ? undefined
      : "its sealed values are not those of its keys";
  } catch {
    // Never the reason: it may have a piece of a value in it.
    return "its sealed values do not open with the identity";
  }
}
