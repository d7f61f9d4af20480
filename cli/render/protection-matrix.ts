import type { PlannedAsset } from "../../components/model/plan-types.js";
import type { PreviewDocument } from "../document/preview-document.js";
import type { Style } from "./style.js";
import { renderTable } from "./table.js";

const CLASSES = ["hourly", "daily", "weekly", "monthly", "yearly"] as const;

/** Asset by asset: how often, how long, where, how safe, how proven. */
export function renderProtectionMatrix(assets: readonly PlannedAsset[], style: Style): readonly string[] {
  const headings = ["ASSET", "KIND", "FREQUENCY", "RETENTION", "COPIES", "LOCK", "SIGNED", "TESTS"];
  const rows = assets.map((asset) => [
    asset.name,
    asset.kind,
    frequencyText(asset),
    retentionText(asset),
    copiesText(asset),
    lockText(asset),
    asset.signed ? "yes" : "no",
    testsText(asset),
  ]);
  return renderTable(headings, rows, style);
}

/** Stacks side by side: one row per asset, one column per stack. */
export function renderSideBySide(documents: readonly PreviewDocument[], style: Style): readonly string[] {
  const names = [...new Set(documents.flatMap(({ plan }) => plan.assets.map(({ name }) => name)))];
  const rows = names.map((name) => [
    name,
    ...documents.map(({ plan }) => {
      const asset = plan.assets.find((candidate) => candidate.name === name);
      if (asset !== undefined) return summaryOf(asset);
      return plan.unprotected.some((candidate) => candidate.name === name) ? "unprotected" : "-";
    }),
  ]);
  return renderTable(["ASSET", ...documents.map(({ stack }) => stack.toUpperCase())], rows, style);
}

function summaryOf(asset: PlannedAsset): string {
  const parts = [frequencyText(asset), retentionText(asset), `${String(asset.copies.length)}x`];
  return [...parts, ...(asset.lock === null ? [] : ["locked"]), ...(asset.signed ? ["signed"] : [])].join(", ");
}

function frequencyText({ frequency }: PlannedAsset): string {
  if (typeof frequency !== "string") return frequency.cron;
  return frequency === "on-change" || frequency === "continuous" || !/^\d/.test(frequency)
    ? frequency
    : `every ${frequency}`;
}

function retentionText({ retention }: PlannedAsset): string {
  const classes = CLASSES.flatMap((name) => {
    const days = retention[name];
    return days === undefined ? [] : [`${name} ${days === "forever" ? days : `${String(days)}d`}`];
  });
  const pitr = retention.pitrDays === undefined ? [] : [`PITR ${String(retention.pitrDays)}d`];
  return [...classes, ...pitr].join(" ") || "-";
}

function copiesText({ copies }: PlannedAsset): string {
  if (copies.length === 0) return "0";
  return `${String(copies.length)}: ${copies.map(({ store }) => store).join(", ")}`;
}

function lockText({ lock }: PlannedAsset): string {
  if (lock === null) return "-";
  const days: readonly number[] = Object.values(lock.days);
  return days.length === 0 ? lock.mode : `${lock.mode} ${String(Math.max(...days))}d`;
}

function testsText({ restoreTests }: PlannedAsset): string {
  return restoreTests.map(({ kind, every }) => `${kind} every ${every}`).join(", ") || "-";
}
