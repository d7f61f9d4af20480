// Bundles the agent, one file per store family: `node scripts/bundle-agent.mjs [output folder]`.
import { readFile, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** A ConfigMap holds 1 MiB (etcd's limit for one object); the rest is for the configuration and metadata. */
const mostGzippedBytes = 900_000;

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const output = process.argv[2] ?? join(root, "dist", "agent");
const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));

await mkdir(output, { recursive: true });
for (const family of ["folder", "s3", "gcs", "azure", "all"]) {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [`agent/main-${family}.ts`],
    outfile: join(output, `agent-${family}.cjs`),
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minify: true,
    legalComments: "external",
    define: { AGENT_VERSION: JSON.stringify(version), "import.meta.url": "ownUrl" },
    // Modules of Azure's SDK ask where they are.
    banner: { js: '"use strict";const ownUrl=require("node:url").pathToFileURL(__filename).href;' },
    metafile: true,
    write: false,
    logLevel: "warning",
  });
  const code = result.outputFiles.find(({ path }) => path.endsWith(".cjs"));
  await writeFile(code.path, code.contents, { mode: 0o755 });
  await writeFile(code.path.replace(/\.cjs$/, ".cjs.LEGAL.txt"), await notices(Object.keys(result.metafile.inputs)));
  const gzipped = gzipSync(code.contents, { level: 9 });
  // The components put this file into a ConfigMap whose name is its hash.
  await writeFile(`${code.path}.gz`, gzipped);
  const bytes = gzipped.length;
  console.log(`agent-${family}.cjs: ${code.contents.length} bytes, ${bytes} gzipped`);
  if (bytes >= mostGzippedBytes) {
    throw new Error(`agent-${family}.cjs must gzip to less than ${mostGzippedBytes} bytes, got ${bytes}`);
  }
}

/** The licences of every package in a bundle, in the order of their names. */
async function notices(inputs) {
  const packages = new Set(inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []));
  const texts = [...packages].sort().map(async (folder) => {
    const { name, version: used, license } = JSON.parse(await readFile(join(root, folder, "package.json"), "utf8"));
    const text = await firstOf(folder, ["LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "license"]);
    return `${name} ${used} (${license})\n\n${text.trim()}\n`;
  });
  return (await Promise.all(texts)).join(`\n${"-".repeat(80)}\n\n`);
}

async function firstOf(folder, names) {
  for (const name of names) {
    const text = await readFile(join(root, folder, name), "utf8").catch(() => undefined);
    if (text !== undefined) return text;
  }
  return "The package comes without a licence file; see the licence named above.";
}
