// A pod that reaches its store by a proxy alone, which asks for a password, over TLS with the company's own authority, and
// the Kubernetes API without it. Does not prove its network: kubernetes-networks.test.ts does for others.
import assert from "node:assert/strict";
import { ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import { type Certificate, localhostCertificate } from "../agent/support/certificate.js";
import { ConnectProxy } from "../agent/support/connect-proxy.js";
import { S3Server } from "../agent/support/s3-server.js";
import { needPrograms } from "../support/programs.js";
import { BackupNamespace } from "./support/backup-namespace.js";
import { kubectl, runNow } from "./support/cluster.js";
import { Project } from "./support/project.js";

const host = process.env["CLUSTER_HOST"] ?? "127.0.0.1";
const password = "a%20password";

describe("a pod behind a proxy", function () {
  const place = new BackupNamespace("kubernetes-proxy");
  const { namespace } = place;
  const proxy = new ConnectProxy(host);
  let certificate: Certificate;
  let server: S3Server | undefined;
  let project: Project | undefined;

  before(async function () {
    needPrograms(this, "kubectl", "pulumi", "versitygw", "openssl", "age-keygen", "minisign");
    project = new Project("test/engine/programs/proxy");
    await place.start();
    certificate = localhostCertificate({ path: (name) => place.key(name) }, "store.example");
    server = new S3Server(host, ["backups"], certificate);
    await server.start();
    await proxy.start();
    proxy.credentials = "backup:a password";
    const { accessKeyId, secretAccessKey } = server.credentials;
    const keys = [`--from-literal=accessKeyId=${accessKeyId}`, `--from-literal=secretAccessKey=${secretAccessKey}`];
    await place.secret("s3-credentials", ...keys);
    await place.secret("proxy", `--from-literal=credentials=backup:${password}`);
    await kubectl("-n", namespace, "create", "configmap", "company-ca", `--from-file=ca.crt=${certificate.certFile}`);
    await project.pulumi("stack", "init", "proxy");
    const set = (...args: string[]) => project!.pulumi("config", "set", "--stack", "proxy", ...args);
    await set("namespace", namespace);
    await set("endpoint", `https://store.example:${String(server.port)}`);
    await set("proxy", proxy.url);
    for (const [index, recipient] of place.recipients.entries()) await set("--path", `recipients[${index}]`, recipient);
    await project.pulumi("up", "--stack", "proxy", "--yes", "--skip-preview", "--suppress-outputs");
  });
  after(async () => {
    await place.stop();
    await server?.stop();
    await proxy.stop();
    project?.remove();
  });

  it("writes its objects by it, and asks it for nothing else", async () => {
    const run = await runNow("state", "by-proxy", namespace);
    assert.deepEqual([run.succeeded, run.exitCode], [true, 0], run.log);
    assert.deepEqual([...new Set(proxy.opened)], [`store.example:${String(server!.port)}`]);
    const { Versions = [] } = await server!.client.send(new ListObjectVersionsCommand({ Bucket: "backups" }));
    assert.equal(Versions.length, 2, "objects and manifest");
    const state = await project!.pulumi("stack", "export", "--stack", "proxy");
    for (const secret of [password, "a password"]) assert.ok(!(state + run.log).includes(secret));
  });

  it("fails where the proxy does not know it any more", async () => {
    proxy.credentials = "backup:another";
    const run = await runNow("state", "locked-out", namespace);
    assert.deepEqual([run.succeeded, run.exitCode], [false, 1], run.log);
    assert.match(String(run.result["message"]), /the proxy .* with status 407/);
  });
});
