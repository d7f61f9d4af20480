import { drillsOwnSettings, settingName } from "../../components/model/drill-settings.js";
import type { Rules, SourceRules } from "./rules.js";

/** An archive of pgBackRest. */
export const pgBackRestRules: SourceRules = {
  keys: ["stanza", "repositories", "windowSeconds", "user", "database", "settings"],
  check(rules, source) {
    const { stanza, repositories } = source;
    if (typeof stanza !== "string" || !/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(stanza)) {
      const rule = "be letters, digits, dashes and underscores, the first a letter or digit";
      rules.refuse("source.stanza", rule, stanza, "write the stanza's name", "pgBackRest");
    }
    const names = rules.texts("source.repositories", repositories);
    if (repositories === undefined || (Array.isArray(repositories) && repositories.length === 0)) {
      rules.refuse("source.repositories", "name one repository or more", repositories, 'write ["repo1"]');
    }
    names.forEach((name, index) => {
      if (names.indexOf(name) === index) return;
      rules.refuse(`source.repositories[${index}]`, "be unique", name, "give each repository a name of its own");
    });
    rules.seconds("source.windowSeconds", source["windowSeconds"]);
    for (const key of ["user", "database"]) rules.text(`source.${key}`, source[key], false);
    checkSettings(rules, source["settings"]);
  },
};

function checkSettings(rules: Rules, value: unknown): void {
  if (value === undefined) return;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    rules.refuse("source.settings", "be an object", value, "write { parameter: text }");
    return;
  }
  for (const [name, setting] of Object.entries(value)) {
    const path = `source.settings.${name}`;
    if (!settingName.test(name))
      rules.refuse(path, "be named as a parameter", name, "write it in lower case", "PostgreSQL");
    else if (drillsOwnSettings.test(name))
      rules.refuse(path, "be left out, as the drill decides it", name, "leave it out");
    rules.text(path, setting, true);
  }
}
