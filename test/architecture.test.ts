// Which folder may import which. Proves nothing about what the imports are used for.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative, sep } from "node:path";

const root = join(__dirname, "..");

/** A layer and the layers that it may import beside itself. `package` is the library by its public name. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  "components/model": [],
  "components/shared": ["components/model"],
  "components/evidence": ["components/model"],
  "components/strategy": ["components/model", "components/shared", "components/evidence"],
  "components/aws": ["components/model", "components/shared"],
  "components/gcp": ["components/model", "components/shared"],
  "components/azure": ["components/model", "components/shared"],
  "components/kubernetes": ["components/model", "components/shared"],
  "components/host": ["components/model", "components/shared"],
  "components/index.ts": ["components/model", "components/shared", "components/strategy", "components/evidence"],
  agent: ["components/model"],
  policies: ["components/model"],
  cli: ["components/model", "components/evidence", "agent"],
  examples: ["package"],
  "index.ts": ["package"],
};

/** Clouds whose packages a layer may import; nobody else may. */
const clouds: Readonly<Record<string, string>> = {
  "components/aws": "@pulumi/aws",
  "components/gcp": "@pulumi/gcp",
  "components/azure": "@pulumi/azure-native",
  "components/kubernetes": "@pulumi/kubernetes",
};

interface Import {
  readonly file: string;
  readonly target: string;
}

describe("the architecture", () => {
  const files = Object.keys(arrows).flatMap((layer) => sources(layer));
  const imports = files.flatMap(importsOf);

  it("has files in every layer that it names", () => {
    for (const layer of ["components/model", "components/kubernetes", "agent", "cli"])
      assert.ok(
        files.some((file) => layerOf(file) === layer),
        `${layer} is empty`,
      );
  });

  it("has arrows in one direction only", () => {
    const wrong = imports.flatMap(({ file, target }) => {
      const from = layerOf(file);
      const to = target.startsWith("pulumi-backup-tiers")
        ? "package"
        : target.startsWith(".")
          ? layerOf(resolve(file, target))
          : undefined;
      return to === undefined || to === from || arrows[from]!.includes(to) ? [] : [`${file} imports ${target}`];
    });
    assert.deepEqual(wrong, []);
  });

  it("imports each cloud's package in that cloud's folder only, and no Pulumi in the model or the agent", () => {
    const wrong = imports.flatMap(({ file, target }) => {
      const layer = layerOf(file);
      const cloud = Object.values(clouds).find((name) => target === name || target.startsWith(`${name}/`));
      const foreign = cloud !== undefined && layer !== "policies" && clouds[layer] !== cloud;
      const pulumiInside =
        target.startsWith("@pulumi/") && ["components/model", "components/evidence", "agent"].includes(layer);
      return foreign || pulumiInside ? [`${file} imports ${target}`] : [];
    });
    assert.deepEqual(wrong, []);
  });

  it("has no cycle between files", () => {
    const edges = new Map(
      files.map((file) => [
        file,
        imports
          .filter((edge) => edge.file === file && edge.target.startsWith(".") && !edge.target.startsWith("type:"))
          .map((edge) => resolve(edge.file, edge.target)),
      ]),
    );
    assert.deepEqual(cycle(edges), []);
  });

  it("keeps the model free of the outside world", () => {
    const outside = imports.filter(
      ({ file, target }) => layerOf(file) === "components/model" && !target.startsWith("."),
    );
    assert.deepEqual(outside, []);
  });
});

function sources(layer: string): string[] {
  if (layer.endsWith(".ts")) return [layer];
  return readdirSync(join(root, layer), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.includes("node_modules"))
    .map((file) => `${layer}/${file.split(sep).join("/")}`);
}

/** Every import and re-export, types too: an arrow in the types is an arrow. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(/^(?:import|export)\s[^;]*?from\s+"([^"]+)";/gms)].map((match) => ({
    file,
    target: match[1]!,
  }));
}

function resolve(file: string, target: string): string {
  const path = normalize(join(dirname(file), target))
    .split(sep)
    .join("/");
  return relative("", path).replace(/\.js$/, "") + ".ts";
}

function layerOf(file: string): string {
  const layer = Object.keys(arrows).find((name) => file === name || file.startsWith(`${name}/`));
  assert.ok(layer !== undefined, `${file} belongs to no layer`);
  return layer;
}

/** The files of one cycle, or none. */
function cycle(edges: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): readonly string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const next of edges.get(file) ?? []) {
      const found = visit(next, [...path, file]);
      if (found.length > 0) return found;
    }
    done.add(file);
    return [];
  };
  for (const file of edges.keys()) {
    const found = visit(file, []);
    if (found.length > 0) return found;
  }
  return [];
}
