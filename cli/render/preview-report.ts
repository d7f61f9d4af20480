import { coverageOf } from "../../components/evidence/coverage.js";
import type { PreviewDocument } from "../document/preview-document.js";
import type { PreviewResult } from "../engine/preview.js";
import { renderProtectionMatrix, renderSideBySide } from "./protection-matrix.js";
import { renderResourceTree } from "./resource-tree.js";
import { styleFor, type Style } from "./style.js";
import { renderTable } from "./table.js";

/** Longer outputs are cut, in characters. */
const LONGEST_OUTPUT = 120;

/** What `preview` prints for people: one section for each stack, and the stacks side by side. */
export function renderPreviews(
  results: readonly PreviewResult[],
  style: Style = styleFor(process.stdout, process.env),
): string {
  const sections = results.map((result) => renderPreview(result, style));
  const planned = results.map(({ document }) => document).filter(({ plan }) => plan.assets.length > 0);
  if (planned.length > 1) sections.push(section("Side by side", renderSideBySide(planned, style), style).join("\n"));
  return `${sections.join("\n\n")}\n`;
}

function renderPreview({ document, messages, output }: PreviewResult, style: Style): string {
  const { plan, stack, project, environment } = document;
  const suffix = environment === stack ? "" : ` (${environment})`;
  // Components log their issues too, for engines that do not know the plan.
  const known = new Set(plan.issues.map(({ message }) => message));
  const blocks = [
    [style.bold(`Preview of ${project}, stack ${stack}${suffix}`)],
    section(`Resources: ${String(document.resources.length)}`, renderResourceTree(document.resources, style), style),
    plan.assets.length === 0 ? [] : section("Protection", renderProtectionMatrix(plan.assets, style), style),
    coverage(document, style),
    section(
      "Issues",
      plan.issues.map(({ level, id, message }) => `${levelMark(level === "error", style)}  ${id}  ${message}`),
      style,
    ),
    section(
      "Policies",
      document.policies.map(
        ({ level, policy, urn, message }) =>
          `${levelMark(level !== "advisory", style)}  ${policy}  ${urn === "" ? "stack" : urn}  ${message.trim().replace(/\s*\n\s*/g, " ")}`,
      ),
      style,
    ),
    section("Outputs", outputLines(document), style),
    section(
      "Messages",
      messages
        .filter(({ message }) => !known.has(message.trim()))
        .map(({ severity, message }) => `${severity}: ${message.trim()}`),
      style,
    ),
    section("Printed by the program", output.trimEnd() === "" ? [] : output.trimEnd().split("\n"), style),
    document.error === undefined ? [] : [style.red(`error (${document.error.kind}): `) + document.error.message.trim()],
  ];
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n"))
    .join("\n\n");
}

function coverage({ plan, environment }: PreviewDocument, style: Style): readonly string[] {
  if (plan.assets.length + plan.unprotected.length === 0) return [];
  const { assets, unprotected } = coverageOf({ ...plan, environment });
  const rows = [
    ...assets.map(({ state, name, issues }) => [state, name, [...new Set(issues)].join(", ")]),
    ...unprotected.map(({ name, reason }) => ["unprotected", name, reason]),
  ];
  const complete = assets.filter(({ state }) => state === "protected").length;
  const title = `Coverage: ${String(complete)} of ${String(rows.length)} as the environment asks`;
  return section(title, renderTable(["STATE", "ASSET", "OPEN OR REASON"], rows, style), style);
}

function outputLines({ outputs }: PreviewDocument): readonly string[] {
  const names = Object.keys(outputs);
  const width = Math.max(0, ...names.map((name) => name.length));
  return names.map((name) => {
    const value = outputs[name];
    return `${name.padEnd(width)}  ${shortened(typeof value === "string" ? value : JSON.stringify(value))}`;
  });
}

/** The JSON document has long outputs in full. */
function shortened(text: string): string {
  return text.length > LONGEST_OUTPUT ? `${text.slice(0, LONGEST_OUTPUT)}... (see --json)` : text;
}

function section(title: string, lines: readonly string[], style: Style): readonly string[] {
  if (lines.length === 0) return [];
  return [style.bold(title), ...lines.map((line) => `  ${line}`)];
}

function levelMark(broken: boolean, style: Style): string {
  return broken ? style.red("error  ") : style.yellow("warning");
}
