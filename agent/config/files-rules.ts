import type { SourceRules } from "./rules.js";

/** A folder. */
export const filesRules: SourceRules = {
  keys: ["path", "exclude", "allowChanges"],
  check(rules, source) {
    rules.absolutePath("source.path", source["path"]);
    rules.texts("source.exclude", source["exclude"]);
    rules.flag("source.allowChanges", source["allowChanges"]);
  },
};
