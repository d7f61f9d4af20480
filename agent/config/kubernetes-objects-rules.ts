import type { SourceRules } from "./rules.js";

/** The objects of a cluster. */
export const kubernetesObjectsRules: SourceRules = {
  keys: ["namespaces", "exclude", "secretValues"],
  check(rules, source) {
    rules.texts("source.namespaces", source["namespaces"]).forEach((namespace, index) => {
      if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)) return;
      const path = `source.namespaces[${index}]`;
      rules.refuse(path, "be the name of a namespace", namespace, "write a DNS label", "Kubernetes");
    });
    rules.texts("source.exclude", source["exclude"]);
    rules.word("source.secretValues", source["secretValues"], ["omit", "seal"], false);
  },
};
