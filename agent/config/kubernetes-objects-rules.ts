import type { Rules, SourceRules } from "./rules.js";

/** The objects of a cluster. */
export const kubernetesObjectsRules: SourceRules = {
  keys: ["namespaces", "exclude", "secretValues"],
  check(rules, source) {
    rules.texts("source.namespaces", source["namespaces"]).forEach((namespace, index) => {
      checkNamespace(rules, `source.namespaces[${index}]`, namespace);
    });
    rules.texts("source.exclude", source["exclude"]);
    rules.word("source.secretValues", source["secretValues"], ["omit", "seal"], false);
  },
};

/** Notes a problem unless the value may be the name of a namespace. */
export function checkNamespace(rules: Rules, path: string, namespace: string): void {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)) return;
  rules.refuse(path, "be the name of a namespace", namespace, "write a DNS label", "Kubernetes");
}
