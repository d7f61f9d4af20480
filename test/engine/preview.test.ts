// Compares `backup-tiers preview` with the real engine's `pulumi preview --json`, program by program: the same
// resources with the same parents, providers, options and inputs. It does not prove anything about what a provider's
// own checks add to inputs (names, base64 of secrets): those packages are served by a stand-in, except for one program
// that runs with the real Kubernetes provider.
import assert from "node:assert/strict";
import { join } from "node:path";
import type { PreviewDocument } from "../../cli/document/preview-document.js";
import { PROGRAMS, runCommand } from "../cli/support/command-line.js";
import { ProgramCopy, isOnPath, type EnginePreview } from "./preview-real-engine.js";
import { StandInProvider } from "./preview-stand-in-provider.js";

/** What is compared of one resource. */
interface Compared {
  readonly urn: string;
  readonly custom: boolean;
  readonly external: boolean;
  readonly parent: string | null;
  readonly provider: string | null;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deletedWith: string | null;
  readonly dependsOn: readonly string[];
  readonly ignoreChanges: readonly string[];
  readonly inputs: unknown;
}

interface Case {
  readonly program: string;
  /** npm packages that the program may see. */
  readonly packages: readonly string[];
  /** Provider packages that the stand-in serves. */
  readonly standIns: readonly string[];
}

const CASES: readonly Case[] = [
  { program: "component-tree", packages: ["@pulumi/aws", "@pulumi/kubernetes"], standIns: ["aws", "kubernetes"] },
  { program: "kubernetes-app", packages: ["@pulumi/kubernetes"], standIns: ["kubernetes"] },
  { program: "transforms", packages: ["@pulumi/kubernetes"], standIns: ["kubernetes"] },
  { program: "dynamic-provider", packages: [], standIns: ["pulumi-nodejs"] },
  { program: "assets", packages: ["@pulumi/aws"], standIns: ["aws"] },
  { program: "providers", packages: ["@pulumi/aws", "@pulumi/random"], standIns: ["aws", "random"] },
  { program: "reads", packages: ["@pulumi/aws"], standIns: ["aws"] },
  { program: "aliases", packages: ["@pulumi/aws"], standIns: ["aws"] },
  { program: "stack-outputs", packages: ["@pulumi/random"], standIns: ["random"] },
  { program: "async-entry", packages: ["@pulumi/random"], standIns: ["random"] },
  { program: "late-resources", packages: ["@pulumi/random"], standIns: ["random"] },
  { program: "hooks", packages: ["@pulumi/random"], standIns: ["random"] },
  { program: "javascript-commonjs", packages: ["@pulumi/random"], standIns: ["random"] },
  { program: "javascript-module", packages: ["@pulumi/random"], standIns: ["random"] },
  { program: "typescript-module", packages: ["@pulumi/random"], standIns: ["random"] },
  { program: "kubernetes-yaml", packages: ["@pulumi/kubernetes"], standIns: [] },
  { program: "exotic-values", packages: ["@pulumi/kubernetes"], standIns: ["kubernetes"] },
];

describe("preview and the real engine", function () {
  this.timeout(120_000);

  before(function () {
    if (isOnPath("pulumi")) return;
    console.log("test/engine/preview.test.ts: the program pulumi is not on PATH, so previews are not compared with it");
    if (process.env["CI"] === "true") throw new Error("pulumi must be on PATH in CI");
    this.skip();
  });

  for (const testCase of CASES) {
    it(`lists the same resources for ${testCase.program}`, async () => {
      const copy = new ProgramCopy(join(PROGRAMS, testCase.program), testCase.packages);
      const provider = new StandInProvider();
      try {
        const environment = { KUBECONFIG: "", PULUMI_DEBUG_PROVIDERS: await provider.listen(testCase.standIns) };
        const engine = await copy.previewWithEngine(environment);
        assert.deepEqual(
          engine.diagnostics.filter(({ severity }) => severity === "error"),
          [],
        );
        const ours = await runCommand(["preview", copy.folder, "--json", "--stack", "dev"], { environment });
        assert.equal(ours.exitCode, 0, ours.stderr);
        assert.ok(engine.steps.length > 1);
        const document = JSON.parse(ours.stdout) as PreviewDocument;
        assert.deepEqual(ofDocument(document), ofEngine(engine));
      } finally {
        provider.close();
        copy.remove();
      }
    });
  }
});

function ofDocument({ resources }: PreviewDocument): readonly Compared[] {
  const compared = resources.map(({ urn, custom, external, parent, provider, inputs, options }) => ({
    urn,
    custom,
    external: external ?? false,
    parent,
    provider,
    protect: options.protect,
    retainOnDelete: options.retainOnDelete,
    deletedWith: options.deletedWith,
    dependsOn: [...options.dependsOn].sort(),
    ignoreChanges: options.ignoreChanges,
    inputs: custom ? normalise(inputs) : {},
  }));
  return compared.sort(byUrn);
}

function ofEngine({ steps }: EnginePreview): readonly Compared[] {
  const compared = steps.map(({ urn, newState }) => ({
    urn,
    custom: newState?.custom ?? false,
    external: newState?.external ?? false,
    parent: newState?.parent ?? null,
    provider: (normalise(newState?.provider) as string | undefined) ?? null,
    protect: newState?.protect ?? false,
    retainOnDelete: newState?.retainOnDelete ?? false,
    deletedWith: newState?.deletedWith ?? null,
    dependsOn: [...(newState?.dependencies ?? [])].sort(),
    ignoreChanges: newState?.ignoreChanges ?? [],
    inputs: newState?.custom === true ? normalise(newState.inputs ?? {}) : {},
  }));
  return compared.sort(byUrn);
}

function byUrn(left: Compared, right: Compared): number {
  return left.urn < right.urn ? -1 : 1;
}

const UNKNOWN = /04da6b54-80e4-46f7-96ec-b56ff0331ba9/;
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** Unknowns as we print them, assets as we print them, and without the engine's own notes. */
function normalise(value: unknown): unknown {
  if (typeof value === "string") return UNKNOWN.test(value) ? value.replace(UNKNOWN, "[unknown]") : value;
  if (Array.isArray(value)) return value.map(normalise);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "__internal" && key !== "hash" && key !== SIGNATURE);
  const plain = Object.fromEntries(entries.map(([key, part]) => [key, normalise(part)]));
  switch ((value as Record<string, unknown>)[SIGNATURE]) {
    case "c44067f5952c0a294b673a41bacd8c17":
      return { "[asset]": plain };
    case "0def7320c3a5731c473e5ecbe6d01bc7":
      return { "[archive]": plain };
    default:
      return plain;
  }
}
