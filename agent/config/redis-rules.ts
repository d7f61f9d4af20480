import { checkIdle } from "./idle-rule.js";
import type { SourceRules } from "./rules.js";

/** An hour to wait for a connection: more is a mistake in the unit. */
const longestConnectSeconds = 3600;
const tlsKeys = ["caFile", "certFile", "keyFile"];

/** A Redis or Valkey server. */
export const redisRules: SourceRules = {
  keys: ["host", "port", "user", "passwordFile", "tls", ...tlsKeys, "connectTimeoutSeconds", "idleTimeoutSeconds"],
  check(rules, source) {
    rules.text("source.host", source["host"], true);
    rules.wholeNumber("source.port", source["port"], 1, 65_535);
    for (const key of ["user", "passwordFile", ...tlsKeys]) rules.text(`source.${key}`, source[key], false);
    rules.flag("source.tls", source["tls"]);
    if (source["tls"] !== true) rules.leftOut("source", source, tlsKeys, "unless source.tls is true");
    rules.together("source", source, "certFile", "keyFile");
    rules.wholeNumber("source.connectTimeoutSeconds", source["connectTimeoutSeconds"], 0, longestConnectSeconds);
    checkIdle(rules, source);
  },
};
