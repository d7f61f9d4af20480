import type { Rules, SourceRules } from "./rules.js";

/** A program's output. */
export const commandRules: SourceRules = {
  keys: ["command", "extension", "beginsWith", "secretFiles"],
  check(rules, source) {
    checkCommand(rules, "source.command", source["command"]);
    const { extension } = source;
    if (
      extension !== undefined &&
      !(typeof extension === "string" && /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(extension))
    ) {
      const rule = "be letters, digits, dashes, underscores and single dots between them";
      rules.refuse("source.extension", rule, extension, 'write "sql" or leave it out');
    }
    rules.text("source.beginsWith", source["beginsWith"], false);
    checkSecretFiles(rules, source["secretFiles"]);
  },
};

/** Notes a problem unless the value is a program and its arguments. */
export function checkCommand(rules: Rules, path: string, value: unknown): void {
  if (!Array.isArray(value) || value.length === 0) {
    rules.refuse(path, "be a list of a program and its arguments", value, 'write ["program", "argument"]');
    return;
  }
  rules.text(`${path}[0]`, value[0], true);
  value.slice(1).forEach((argument: unknown, index) => {
    // An empty argument is one, too.
    if (typeof argument === "string" && !argument.includes("\0")) return;
    rules.refuse(`${path}[${index + 1}]`, "be text", argument, "write it in quotes");
  });
}

function checkSecretFiles(rules: Rules, value: unknown): void {
  if (value === undefined) return;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    rules.refuse("source.secretFiles", "be an object", value, "write { VARIABLE: path }");
    return;
  }
  for (const [name, file] of Object.entries(value)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      const rule = "have names of environment variables only";
      rules.refuse("source.secretFiles", rule, name, "write letters, digits and underscores", "POSIX");
    }
    rules.absolutePath(`source.secretFiles.${name}`, file);
  }
}
