import type { SourceRules } from "./rules.js";

/** A day to wait for a snapshot: more is a mistake in the unit. */
const longestReadySeconds = 86_400;

/** Volumes to take snapshots of. */
export const volumeSnapshotsRules: SourceRules = {
  keys: ["namespace", "claims", "matchLabels", "className", "readyTimeoutSeconds"],
  check(rules, source) {
    for (const key of ["namespace", "className"]) rules.text(`source.${key}`, source[key], true);
    rules.wholeNumber("source.readyTimeoutSeconds", source["readyTimeoutSeconds"], 1, longestReadySeconds);
    const claims = rules.texts("source.claims", source["claims"]);
    const { matchLabels } = source;
    const labels = typeof matchLabels === "object" && matchLabels !== null ? Object.entries(matchLabels) : [];
    for (const [name, value] of labels) rules.text(`source.matchLabels.${name}`, value, true);
    if (claims.length > 0 === labels.length > 0) {
      rules.refuse("source.claims", "be given, or else matchLabels", source["claims"], "write one of the two");
    }
  },
};
