import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Loads a folder as an image of one layer into the test cluster's containerd; there is no registry to push it to. */
export async function loadImage(name: string, root: string, work: string): Promise<void> {
  const layer = join(work, "layer.tar");
  await run("tar", ["--create", "--file", layer, "--owner=0", "--group=0", "--directory", root, "."]);
  const digest = createHash("sha256").update(readFileSync(layer)).digest("hex");
  const rootfs = { type: "layers", diff_ids: [`sha256:${digest}`] };
  writeFileSync(join(work, "config.json"), JSON.stringify({ architecture: "amd64", os: "linux", config: {}, rootfs }));
  writeFileSync(
    join(work, "manifest.json"),
    JSON.stringify([{ Config: "config.json", RepoTags: [name], Layers: ["layer.tar"] }]),
  );
  const image = join(work, "image.tar");
  await run("tar", ["--create", "--file", image, "--directory", work, "config.json", "layer.tar", "manifest.json"]);
  const socket = join(process.env["CLUSTER_HOME"]!, "run", "containerd.sock");
  await run("ctr", ["--address", socket, "--namespace", "k8s.io", "images", "import", image]);
}
