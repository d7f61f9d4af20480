import { checkIdle } from "./idle-rule.js";
import type { SourceRules } from "./rules.js";

const clientKeys = ["caFile", "certFile", "keyFile"];
const memberKeys = [...clientKeys, "idleTimeoutSeconds"];

/** A snapshot of an etcd cluster. */
export const etcdRules: SourceRules = {
  keys: ["file", "endpoint", ...memberKeys],
  check(rules, source) {
    const { file, endpoint } = source;
    if ((file === undefined) === (endpoint === undefined)) {
      const got = file === undefined ? undefined : "both";
      rules.refuse("source", "have either file or endpoint", got, "write one of them");
    }
    if (file !== undefined) rules.absolutePath("source.file", file);
    if (
      endpoint !== undefined &&
      !(typeof endpoint === "string" && /^https?:\/\/[^@,]+$/.test(endpoint) && URL.canParse(endpoint))
    ) {
      rules.refuse("source.endpoint", "be the URL of one member", endpoint, "write https://host:2379", "etcd");
    }
    for (const key of clientKeys) rules.text(`source.${key}`, source[key], false);
    if (endpoint === undefined) rules.leftOut("source", source, memberKeys, "unless source.endpoint is given");
    rules.together("source", source, "certFile", "keyFile");
    checkIdle(rules, source);
  },
};
